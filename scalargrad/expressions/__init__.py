"""Read an expression such as `a = Wx + b; sigmoid(a)` into Values, never running it as code.

What people write first is understood, whether they know it from Python or from books; all else is refused,
with the nearest thing that works, and a pointer to the place:

- numbers: 0.5, 1e-3, 73%, ½, 1/3 and, outside brackets, 0,73; names: x, x1 or x₁, ŷ, W_xh;
- + - − * · × ⊙ / ÷ @, powers as x², x⁻¹, x**2 or x^2; products without a sign: 2x, 2(x + 1), x²y, w₁x₁;
- functions of the table in any capitals, ReLU(x), σ(x), also as x.tanh() and np.tanh(x); √x; softmax, mean,
  losses such as cross_entropy(scores, class), which takes the scores before their softmax;
- lists and matrices, [x, y] and W = [[1, 2], [3, 4]], element by element but for @ and, between lists, the
  dot product w·x; W.T, Wᵀ; elements x[0], W[0, 1]; functions are applied to each element.

^ is a power and binds as ** does: -x^2 is -(x²).  1/2x can be read in two ways and is refused.
"""

from scalargrad.expressions.evaluation import Evaluated, evaluate, free_names, read
from scalargrad.expressions.given import Numbers, read_given

__all__ = ["Evaluated", "Numbers", "evaluate", "free_names", "read", "read_given"]
