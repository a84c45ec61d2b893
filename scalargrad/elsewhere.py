"""What other libraries call things, answered with what they are called here.

Where a name means exactly the same, it simply works (`x.item()`, `optim.RMSprop`, `eps=`, `forward`); this is
the table of the others, by the place where people look for them.  A new one is a line here.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

C = TypeVar("C")

RECORDS = "is not needed here: every Value is recorded, except under no_grad()"
ONE_NUMBER = "has no meaning here: a Value is one number, and many are a list of them"
SEEDS = "is seed= of nn.MLP, fit and datasets.moons here, else Python's random.seed"
OWN = "has no room on a Value: keep it in a dict, such as {p: 0.0 for p in parameters}"
MODES = "is not there; a list comprehension over model.parameters() says what to change"

# NumPy's names of inverse functions, and those of the table.
ARCS = {f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
# Functions that are written as a short formula, in Python as in expressions.
FORMULAS = {
    "square": "x**2",
    "sqr": "x**2",
    "cbrt": "x**(1/3), for x >= 0",
    "rsqrt": "1/sqrt(x)",
    "reciprocal": "1/x",
    "sinc": "sin(pi*x)/(pi*x), which has no value at x = 0",
    "degrees": "x*180/pi",
    "rad2deg": "x*180/pi",
    "radians": "x*pi/180",
    "deg2rad": "x*pi/180",
    "sign": "x/abs(x), which has no value at x = 0",
    "mod": "x - n*y with the whole number n",
    "fmod": "x - n*y with the whole number n",
}
# Arguments of networks and of optimisers.
NETWORKS = {
    "bias": "is always there; bias.data = 0.0, left out of the parameters of the optimizer, is none",
    "in_features": "is nin= here",
    "out_features": "is nout=, or the list nouts= of MLP, here",
    "sizes": "is nin=2, nouts=[16, 16, 1] here",
    "hidden": "is nouts=[16, 16, 1] here, the widths of all layers",
    "hidden_sizes": "is nouts=[16, 16, 1] here, the widths of all layers",
    "act": "is activation= here",
    "nonlinearity": "is activation= here",
    "activations": "is activation= here, one for all hidden layers or a list",
    "hidden_activation": "is activation= of MLP here",
    "output_activation": "is output= of MLP here",
    "out_activation": "is output= of MLP here",
    "random_state": SEEDS,
}
OPTIMIZERS = {
    "learning_rate": "is lr= here",
    "params": "is parameters= here, or the first argument",
    "beta1": "is betas=(0.9, 0.999) of Adam here",
    "beta2": "is betas=(0.9, 0.999) of Adam here",
    "epsilon": "is eps= here",
    "decay": "is weight_decay=, or a rate that is a function, here",
    "maximize": "is not there: minimise the negative",
    "amsgrad": "is not there",
    "rho": "is alpha= of RMSprop here",
    "dampening": "is not there",
}

ANSWERS: dict[str, dict[str, str]] = {
    "scalargrad": {
        "Tensor": "is Value(3.0) here, for one number; a vector is a list of Values",
        "tensor": "is Value(3.0) here, for one number; a vector is a list of Values",
        "Variable": "is Value(3.0) here",
        "from_numpy": "is [Value(x) for x in array] here",
        "array": "is a list of Values here, [Value(x) for x in array]",
        "zeros": "is [Value(0.0) for _ in range(n)] here",
        "randn": "is [Value(random.gauss(0, 1)) for _ in range(n)] here",
        "manual_seed": SEEDS,
        "seed": SEEDS,
        "enable_grad": RECORDS,
        "set_grad_enabled": RECORDS,
        "inference_mode": "is no_grad() here",
        "autograd": "is grad(f), value_and_grad(f), jacobian(f), hessian(f) here",
        "backward": "is the method y.backward() here",
        "value_and_gradient": "is value_and_grad here",
        "elementwise_grad": "is grad here, called once for each number",
        "func": "is grad(f), jvp(f), vjp(f), jacobian(f), hessian(f) here",
        "stop_gradient": "is the method x.detach() here",
        "make_vjp": "is vjp here",
        "make_jvp": "is jvp here",
        "jacrev": "is jacobian(f) here",
        "jacfwd": "is jvp(f), a column from one sweep, or jacobian(f), here",
        "vmap": "is record(f), which takes arrays in the place of numbers, here",
        "jit": "is record(f) here",
        "compile": "is record(f) here",
        "sum": "is total(values), or Python's sum, here",
        "matmul": "is [dot(row, x) for row in matrix] here",
        "stack": "is a list here",
        "cat": "is a list here, a + b",
        "log_sum_exp": "is logsumexp here",
        **{name: f"is {formula} here" for name, formula in FORMULAS.items()},
        **{name: f"is {ours} here" for name, ours in ARCS.items()},
        "ln": "is log here",
        "floor": "has the derivative 0; math.floor(x) is a plain number",
        "round": "has the derivative 0; round(x) is a plain number",
        "max": "is maximum(a, b) here",
        "min": "is minimum(a, b) here",
        "save": "is model.save('model.json') or trace(y).save('net.html') here",
        "load": "is model.load('model.json') here",
        "draw_graph": "is draw(y) here",
        "make_dot": "is draw(y) here",
        "plot": "is draw(y) for a graph, or scalargrad.plots for training, here",
        "utils": "has no place here: datasets and batches are arguments of fit",
        "Module": "is nn.Module here",
        "MLP": "is nn.MLP here",
        "SGD": "is optim.SGD here",
        "Adam": "is optim.Adam here",
    },
    "scalargrad.nn": {
        "Linear": "is nn.Layer(nin, nout, activation=None) here",
        "Dense": "is nn.Layer(nin, nout, activation=None) here",
        "Parameter": "is Value(0.5) here: a leaf that is an attribute of a module is a parameter",
        "ParameterList": "is a list of Values as an attribute here",
        "ModuleList": "is a list of modules as an attribute here",
        "ModuleDict": "is a dict of modules as an attribute here",
        "Identity": "is activation=None here",
        "ReLU": "is activation='relu', or nn.Activation('relu'), here",
        "LeakyReLU": "is activation='leaky_relu', or nn.Activation('leaky_relu'), here",
        "ELU": "is activation='elu', or nn.Activation('elu'), here",
        "GELU": "is activation='gelu', or nn.Activation('gelu'), here",
        "SiLU": "is activation='silu', or nn.Activation('silu'), here",
        "Sigmoid": "is activation='sigmoid', or nn.Activation('sigmoid'), here",
        "Softplus": "is activation='softplus', or nn.Activation('softplus'), here",
        "Tanh": "is activation='tanh', or nn.Activation('tanh'), here",
        "LogSoftmax": "is scalargrad.log_softmax here; nn.cross_entropy takes the logits themselves",
        "MSELoss": "is nn.mse here, or loss='mse' of fit",
        "L1Loss": "is a function of your own here, lambda p, t: abs(p - t)",
        "BCELoss": "is nn.binary_cross_entropy of the logit here, without a sigmoid before it",
        "BCEWithLogitsLoss": "is nn.binary_cross_entropy here",
        "CrossEntropyLoss": "is nn.cross_entropy here",
        "NLLLoss": "is nn.cross_entropy of the logits here",
        "HingeEmbeddingLoss": "is not there; nn.hinge of a score is max(0, 1 - y*score)",
        "BatchNorm1d": "is nn.BatchNorm(width) here",
        "LayerNorm": "is not there; scalargrad.mean and dot make one in three lines",
        "Dropout": "is not there; multiply by a mask that scalargrad.afresh reads",
        "Embedding": "is scalargrad.pick(rows, index) here",
        "Conv2d": "is not there; scalargrad.dot of each window with a list of weights is what it computes",
        "functional": "is scalargrad.relu, nn.mse, nn.cross_entropy, … here",
        "init": "is the argument init= here, such as init='xavier_uniform', and nn.xavier_uniform, …",
        "utils": "is optim.clip_grad_norm, or clip_norm= of fit, here",
        "Flatten": "is a list comprehension here",
    },
    "scalargrad.datasets": {
        "make_moons": "is datasets.moons here",
        "load_iris": "is datasets.iris here",
        "load_digits": "is datasets.digits here",
        "mnist": "is not there; datasets.digits has smaller ones",
    },
    "Trace": {
        "draw": "is draw(t), or t.save('net.svg'), here",
        "show": "is print(t), or t in a notebook, here",
        "page": "is t.to_html('net.html') here",
        "render": "is draw(t).render('net'), or t.save('net.svg'), here",
        "to_csv": "is t.to_markdown('net.md'), or t.to_json('net.json'), here",
        "to_pandas": "is pandas.read_json of t.to_json(), or the attributes of each instruction, here",
        "grad": "is t['x'].adjoint here",
        "backward": "is not needed: every instruction of a trace has its adjoint",
    },
    "scalargrad.optim": {
        "RMSProp": "is optim.RMSprop here",
        "Adagrad": "is not there; optim.RMSprop is the nearest",
        "lr_scheduler": "is a rate that is a function here, such as lr=optim.cosine_decay(1e-2, steps)",
        "clip_grad_norm_": "is optim.clip_grad_norm here",
        "clip_grad_value_": "is optim.clip_grad_value here",
    },
    "Value": {
        "requires_grad": RECORDS,
        "requires_grad_": RECORDS,
        "retain_grad": "is not needed here: every Value has its grad after backward()",
        "grad_fn": "is y.primitive, with y.parents and y.local_derivatives, here",
        "is_leaf": "is `not x.parents` here",
        "draw": "is draw(x) here",
        "trace": "is trace(x) here",
        "plot": "is draw(x) here",
        "jacobian": "is jacobian(f), of a function, here",
        "clone": "is +x here, which passes the derivative on, or x.detach(), which does not",
        "copy": "is +x here, which passes the derivative on, or x.detach(), which does not",
        "numpy": "is x.data here",
        "tolist": "is x.data here",
        "value": "is x.data here",
        "gradient": "is x.grad here",
        "children": "is y.parents here",
        "name": "is x.label here",
        "_label": "is x.label here",
        **dict.fromkeys(("m", "v", "velocity", "momentum", "color", "colour"), OWN),
        "shape": ONE_NUMBER,
        "size": ONE_NUMBER,
        "numel": ONE_NUMBER,
        "dtype": "is always float here",
        "sum": ONE_NUMBER,
        "mean": ONE_NUMBER,
        "T": ONE_NUMBER,
    },
    "Module": {
        "summary": "is print(model), or trace(loss).table('neurons'), here",
        "children": "is model.named_modules here",
        "modules": "is model.named_modules here",
        "compile": "is record(f) here, for a function; loss and optimizer are arguments of fit",
        "evaluate": "is nn.mse, or another loss, of the outputs here",
        "add_module": "is an assignment here, self.name = module",
        "register_parameter": "is an assignment here, self.w = Value(0.5)",
        "register_buffer": "is an attribute that is named in the class, buffers = ('name',), here",
        "requires_grad_": MODES,
        "apply": MODES,
        "cuda": "is not there: a scalar engine runs on the processor, and record(f) on arrays",
        "to": "is not there: numbers are floats, on the processor",
        "fit": "is the function fit(model, X, y) here",
        "predict": "is model.batch(X) here",
    },
    "fit()": {
        "verbose": "is progress=True or False here",
        "learning_rate": "is lr= here",
        "criterion": "is loss= here",
        "callbacks": "is on_epoch= here, a function of the history",
        "validation_data": "is validation=(X, y) here",
        "validation_split": "is validation=(X, y) here: split the data beforehand",
        "shuffle": "is always so in batches; seed= says in which order",
        "random_state": "is seed= here",
        "n_epochs": "is epochs= here",
        "momentum": "is optimizer=optim.SGD(model.parameters(), lr=0.1, momentum=0.9) here",
        "metrics": "is on_epoch= here, a function of the history",
        "weight_decay": "is 2 * l2= here, or that of the optimizer, optim.AdamW",
    },
    "Value()": {
        "name": "is label= here",
        "requires_grad": f"{RECORDS}; a number without a derivative is a float",
        "dtype": "is always float here",
        "grad": "is an attribute here, x.grad = 1.0",
    },
    "backward()": {
        "retain_graph": "is not needed here: a graph can be swept any number of times",
        "create_graph": "is grad(grad(f)), or hessian(f), here",
        "gradient": "is seed= here",
        "grad": "is seed= here",
        "inputs": "has no place here: every leaf gets its grad",
    },
    "trace()": {
        "mode": "is tangents={x: 1.0} here, for forward mode; adjoints are always there",
        "digits": "is an argument of t.table('statements', digits=6), and of t.to_latex, here",
        "seed": "is 1 in a trace; y.backward(seed) takes another",
    },
    "draw()": {
        "format": "is the end of a file's name here, draw(y).save('net.png')",
        "filename": "is draw(y).save('net.svg') here",
        "path": "is draw(y).save('net.svg') here",
        "rankdir": "is direction='right' or 'down' here",
        "params": "is not needed here: leaves are drawn with their labels",
        "show_grad": "is adjoints=True or False here",
        "grads": "is adjoints=True or False here",
        "dark": "is theme='dark' here",
        "depth": "is around=value, hops=2 here",
    },
    "to_latex()": {
        "beamer": "is not needed here: a table fits on a slide, and \\resizebox gets more rows on it",
        "booktabs": "is always so here",
        "caption": "is yours to write: this is the tabular, to stand in a table of your document",
        "label": "is yours to write: this is the tabular, to stand in a table of your document",
        "standalone": "has no place here: it is a table for a document of yours",
        "kind": "is table='statements' or 'neurons' here",
    },
    "record()": {
        "fullgraph": "is always so here: what cannot be recorded is refused",
        "backend": "is f.source('numpy'), 'torch' or 'jax', of the recorded function, here",
        "static_argnums": "is not needed here: what is no number is a constant of the recording",
    },
    "grad()": {
        "argnum": "is argnums= here",
        "has_aux": "is not there; value_and_grad(f) gives the value as well",
    },
    "gradcheck()": {"eps": "is step= here", "h": "is step= here", "tol": "is rtol= and atol= here"},
    "moons()": {
        "n_samples": "is n= here",
        "random_state": SEEDS,
        "shuffle": "is not needed here: the two moons alternate, and fit shuffles batches",
    },
    **dict.fromkeys(("Neuron()", "Layer()"), NETWORKS),
    "MLP()": NETWORKS | {"nonlin": "is activation= here"},
    **dict.fromkeys(("SGD()", "Adam()", "AdamW()", "RMSprop()"), OPTIMIZERS),
    "loss": {
        "meansquarederror": "is 'mse' here",
        "mseloss": "is 'mse' here",
        "bceloss": "is 'binary_cross_entropy', of logits, here",
        "bcewithlogitsloss": "is 'binary_cross_entropy' here",
        "crossentropyloss": "is 'cross_entropy', of logits, here",
        "bce": "is 'binary_cross_entropy', of logits, here",
        "bcewithlogits": "is 'binary_cross_entropy' here",
        "categoricalcrossentropy": "is 'cross_entropy', of logits, here",
        "sparsecategoricalcrossentropy": "is 'cross_entropy', of logits, here",
        "nll": "is 'cross_entropy', of logits, here",
        "mae": "is a function of your own here, lambda p, t: abs(p - t)",
        "l1": "is a function of your own here, lambda p, t: abs(p - t)",
    },
    "choice of blanks": {
        "backward": "is 'reverse' here",
        "backwards": "is 'reverse' here",
        "derivatives": "is 'reverse' here",
        "values": "is 'forward' here",
    },
    "view": {
        "graph": "is 'values' here",
        "nodes": "is 'values' here",
        "network": "is 'neurons' here",
        "net": "is 'neurons' here",
    },
    "command": {
        "list": "is 'scalargrad examples'",
        "ls": "is 'scalargrad examples'",
        "show": "is 'scalargrad trace', or 'examples NAME' for the code",
        "run": "is 'scalargrad trace'",
        "eval": "is 'scalargrad trace'",
        "solve": "is 'scalargrad trace'",
        "grad": "is 'scalargrad trace', or 'explain' for one derivative",
        "backward": "is 'scalargrad trace', or 'step' for one step a key",
        "forward": "is 'scalargrad trace'",
        "graph": "is 'scalargrad draw'",
        "plot": "is 'scalargrad draw'",
        "html": "is 'scalargrad page'",
        "web": "is 'scalargrad page'",
        "train": "is fit(model, X, y) in Python: a command works on an example or a formula",
        "test": "is 'scalargrad exercise' to set one, 'check' to mark it",
        "quiz": "is 'scalargrad step --predict', or 'exercise'",
        "mark": "is 'scalargrad check --key'",
        "-v": "is 'scalargrad --version'",
        "-V": "is 'scalargrad --version'",
    },
    "option": {
        "--pdf": "is the end of a file's name here: -o sheet.pdf",
        "--svg": "is the end of a file's name here: -o net.svg",
        "--png": "is the end of a file's name here: -o net.png",
        "--html": "is 'scalargrad page WHAT -o net.html'",
        "--format": "is the end of a file's name here, as in -o net.svg, or --form",
        "--out": "is -o FILE here",
        "--forward": "is --no-adjoints of draw, or forward mode on the page",
        "--precision": "is --digits here",
        "--decimals": "is --digits here",
        "--lr": "is --rate here",
        "--number": "is --count here",
    },
    "initialiser": {
        "kaiminguniform": "is 'he_uniform' here",
        "kaimingnormal": "is 'he_normal' here",
        "glorotuniform": "is 'xavier_uniform' here",
        "glorotnormal": "is 'xavier_normal' here",
        "he": "is 'he_normal' or 'he_uniform' here",
        "xavier": "is 'xavier_normal' or 'xavier_uniform' here",
        "normal": "is a function here, lambda generator, nin, nout: generator.gauss(0, 0.1)",
    },
    "activation": {
        "linear": "is activation=None here",
        "identity": "is activation=None here",
        "swish": "is 'silu' here",
        "logsoftmax": "is left out before nn.cross_entropy, which takes logits",
    },
}

# How somebody asked, where it was not by an attribute of a module.
ASKED = {
    "Value": "x.{}",
    "Module": "model.{}",
    "Trace": "t.{}",
    "loss": "loss={!r}",
    "activation": "activation={!r}",
    "initialiser": "init={!r}",
    "choice of blanks": "blanks={!r}",
    "view": "view={!r}",
    "command": "{}",
    "option": "{}",
}


def answer(place: str, name: str, written: str = "") -> str:
    """Return what somebody who looks for a name at a place should know, or nothing; as it was `written`.

    >>> answer("scalargrad.nn", "Linear")
    'nn.Linear is nn.Layer(nin, nout, activation=None) here'
    """
    said = ANSWERS.get(place, {}).get(name)
    usual = f"{{}}= of {place[:-2]}" if place.endswith("()") else f"{place.rpartition('.')[2]}.{{}}"
    asked = ASKED.get(place, usual).format(written or name)
    return f"{asked} {said}" if said else ""


def missing(place: str, name: str) -> AttributeError:
    """Return the error for an attribute that is not there, with the answer; Python adds what is near.

    >>> str(missing("scalargrad.optim", "Lion"))
    "module 'scalargrad.optim' has no attribute 'Lion'"
    """
    plain = f"module {place!r} has no attribute {name!r}"
    return AttributeError(answer(place, name) or plain, name=name, obj=sys.modules.get(place))


class Answer:
    """An attribute that is not there, for `hasattr` and `dir` too, but says what to ask for instead."""

    def __init__(self, place: str, name: str) -> None:
        self.place, self.name = place, name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise missing(self.place, self.name)


class ReadOnlyAnswer(Answer):
    """An answer where no attribute of one's own may take its place."""

    def __set__(self, instance: Any, value: Any) -> None:
        raise missing(self.place, self.name)


def answering(place: str, kind: type[Answer] = Answer) -> Callable[[type[C]], type[C]]:
    """Return the decorator that gives a class the answers of a place, which `dir` does not list.

    What a derived class or an object has under such a name is its own, and is listed.
    """

    def decorate(cls: type[C]) -> type[C]:
        listed = cls.__dir__

        def listed_but_for_answers(self: object) -> list[str]:
            return [name for name in listed(self) if not _is_answered(self, name)]

        for name in ANSWERS[place]:
            setattr(cls, name, kind(place, name))
        cls.__dir__ = listed_but_for_answers  # type: ignore[method-assign]
        return cls

    return decorate


def _is_answered(owner: object, name: str) -> bool:
    found = next((vars(cls)[name] for cls in type(owner).__mro__ if name in vars(cls)), None)
    return isinstance(found, Answer) and name not in getattr(owner, "__dict__", ())
