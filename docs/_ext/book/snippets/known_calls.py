"""What is known of methods and functions by their names: what they change, and what shares what they are given."""

SETTINGS = "@settings"  # print options, error modes, rcParams, files: every statement is taken to depend on them
CHANCE = "@random"  # the one generator behind numpy.random.normal and the like
FIGURE = "@figure"  # what pyplot draws on


def words(text: str) -> frozenset[str]:
    """Give the words of a text as a set."""
    return frozenset(text.split())


# Methods that leave their object as it is. All others are taken to change it.
PURE = words("""
    all any argmax argmin argsort argpartition astype byteswap choose clip compress compute conj conjugate copy cumprod
    cumsum diagonal dot dump dumps flatten item max mean min nonzero prod ptp ravel repeat reshape round
    searchsorted squeeze std sum swapaxes take tobytes tolist trace transpose var view count endswith find format
    index isalpha isdigit join ljust lower lstrip replace rfind rjust rsplit rstrip split splitlines
    startswith strip title upper zfill encode decode get items keys values most_common union intersection
    difference issubset issuperset limit_denominator is_integer as_integer_ratio bit_length hex deriv integ
""")
# Of those, the ones whose results share the object's memory or elements.
VIEWS = words("""
    compute diagonal ravel reshape squeeze swapaxes transpose view get items keys values
""")
# Of those, the ones that can write their results into an argument, and its place.
OUT = {"dot": 1, "round": 1, "choose": 1} | dict.fromkeys(
    words("clip compress cumprod cumsum max mean min prod std sum take trace var"), 2
)
# Methods of generators of random numbers: they change the generator, and what they return shares nothing.
DRAWS = words("""
    beta binomial bytes chisquare choice dirichlet exponential gamma geometric gumbel integers laplace logistic
    lognormal multinomial multivariate_normal normal pareto permutation permuted poisson power random rayleigh
    standard_cauchy standard_exponential standard_gamma standard_normal triangular uniform vonmises wald weibull
    zipf randint randn rand randrange gauss sample shuffle
""")
# Methods that change their object, for telling whether the bare mention of one (``push = stack.append``) matters.
CHANGES = DRAWS | words("""
    append extend insert remove pop popitem clear sort reverse add discard update setdefault fill put itemset
    resize partition setflags write writelines send step
""") - {"partition"}
# Functions that change an argument, wherever they come from.
ARGUMENT_CHANGERS = words("""
    shuffle copyto put place putmask put_along_axis fill_diagonal at heappush heappop heapify insort insort_left
    insort_right setattr delattr next readinto pack_into exec eval setitem delitem iadd iand iconcat ifloordiv
    ilshift imatmul imod imul ior ipow irshift isub itruediv ixor
""")
# Functions that change a setting of the process, wherever they come from, and methods of context managers that do.
SETTERS = words("""
    set_printoptions seterr seterrcall set_string_function set_global_backend __enter__ __exit__ enter_context
""")
# Functions and methods that write files.
WRITERS = words("""
    write_text write_bytes save savez savez_compressed savetxt tofile savefig imsave dump touch mkdir makedirs rmdir
    unlink rename symlink_to hardlink_to copy2 copyfile copytree rmtree move extractall mkdtemp mkstemp
""")
# Functions whose result stands for something that all parts of a program share.
HANDLES = words("""
    getcontext getLogger get_ipython memmap open_memmap
""")
# Special methods that are called by the name of their class or object; the others are called by whatever uses it.
CALLED = words("__init__ __call__ __post_init__")
# Functions that show what they are given.
PRINTERS = words("""
    print display glue help pprint
""")
# Methods and functions whose result is None.
SILENT_METHODS = words("""
    append extend insert remove clear sort reverse add discard update fill put resize setflags shuffle seed
""")
SILENT_FUNCTIONS = words("""
    print display glue shuffle seed copyto put putmask place put_along_axis fill_diagonal heappush heapify insort
    setattr delattr set_printoptions show close
""")
CHANGED_KEYWORDS = words("""
    out output rng generator random_state seed_sequence file ax where_out
""")
# NumPy's functions that may return a view of an argument; its others return arrays of their own.
NUMPY_VIEWS = words("""
    asarray asanyarray ascontiguousarray asfortranarray require reshape ravel transpose squeeze expand_dims
    atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays swapaxes moveaxis rollaxis flip fliplr flipud
    rot90 diagonal diag split array_split hsplit vsplit dsplit sliding_window_view as_strided real imag frombuffer
    matrix_transpose permute_dims nditer ndenumerate vectorize frompyfunc
""")
FRESH_BUILTINS = words("""
    abs all any bin bool bytes callable chr complex dict.fromkeys divmod float format frozenset hash hex id input
    int isinstance issubclass len oct ord pow print range repr round str sum type display
""")
ITERATORS = words("""
    iter map filter zip enumerate reversed open
""")
GENERATORS = words("""
    default_rng Generator RandomState Random SystemRandom
    MT19937 PCG64 PCG64DXSM Philox SFC64 SeedSequence
""")
LIBRARIES = ("numpy.", "scipy.", "math.", "cmath.", "fractions.", "operator.", "matplotlib.", "PIL.", "sklearn.")
# Their objects (layers, axes, pictures) change themselves, but never the arrays that they are given.
FOREIGN = ("convbook.nn.", "matplotlib.", "PIL.", "sklearn.")
SHALLOW = "="  # before a name: the container itself was changed, and nothing that lies in it
IMMUTABLE_ATTRIBUTES = words("""
    shape size ndim dtype itemsize nbytes strides __name__ __doc__
""")
