//! A program as the generator knows it: what `text` prints and `meaning` runs, each in its own way.

/// A size: `factor` times some dims, plus a constant. A constant has no dims and factor 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    pub factor: i64,
    pub dims: String,
    pub plus: i64,
}

/// What a tensor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Float,
    /// `u32`, each below this.
    Index(Size),
    Mask,
    /// `u64`, of which random numbers are made.
    Key,
    /// A size passed as an argument: `s: dim N`.
    Dim(char),
}

/// A tensor's type; with `rest`, axes of any number and size in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    pub kind: Kind,
    pub rest: bool,
    pub shape: Vec<Size>,
}

/// An integer, in subscripts, ranges and guards.
#[derive(Clone, Debug, PartialEq)]
pub enum Int {
    /// A literal; a negative one counts from the end in a subscript.
    Constant(i64),
    Size(Size),
    /// An index or a loop's counter.
    Name(String),
    /// `+ - * / %`
    Binary(char, Box<Int>, Box<Int>),
    /// An element of a `u32` tensor.
    Read(String, Vec<Int>),
}

/// A value for an option.
#[derive(Clone, Debug)]
pub enum Setting {
    Integer(i64),
    Number(f64),
    Flag(bool),
    List(Vec<i64>),
    /// `[[1, 2], [0, 3]]`
    Pairs(Vec<[i64; 2]>),
    Sizes(Vec<Size>),
}

/// A subscript.
#[derive(Clone, Debug)]
pub enum Subscript {
    Whole,
    Range(Option<Int>, Option<Int>),
    At(Int),
    Gather(Expr),
}

/// An index of the notation; where its range is not `written`, the compiler has to find this one.
#[derive(Clone, Debug)]
pub struct Bound {
    pub name: String,
    pub from: Int,
    pub to: Int,
    pub written: bool,
}

/// A layer in scope: a field or a loop's variable, perhaps one of an array; and the function that is applied, with its
/// options.
#[derive(Clone, Debug)]
pub struct LayerName {
    pub name: String,
    pub at: Option<Int>,
    pub function: &'static str,
    pub options: Vec<(&'static str, Setting)>,
}

/// A parameter of a layer: the layers around it from outside inward, each perhaps one of an array.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub layers: Vec<(String, Option<Int>)>,
    pub name: String,
}

/// What a derivative is taken by.
#[derive(Clone, Debug)]
pub enum By {
    Name(String),
    Parameter(Parameter),
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    Number(f64),
    Flag(bool),
    Size(Size),
    /// An integer where an index is declared.
    Integer(Int),
    /// A tensor, or an index as a number.
    Name(String),
    Parameter(Parameter),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    /// Arithmetic, `@`, comparisons, `&&`, `||`.
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// A comparison of integers.
    Guard(&'static str, Int, Int),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A function of the library; `method` is how it is written.
    Call {
        name: &'static str,
        arguments: Vec<Expr>,
        options: Vec<(&'static str, Setting)>,
        method: bool,
    },
    /// A function of the program.
    Apply(String, Vec<Expr>),
    Layer(LayerName, Vec<Expr>),
    Subscript(Box<Expr>, Vec<Subscript>),
    Fold {
        reducer: &'static str,
        indices: Vec<Bound>,
        body: Box<Expr>,
    },
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Cast(Box<Expr>),
    Block(Vec<Statement>, Box<Expr>),
    /// The gradient of Σ`of` by a variable or several.
    Grad {
        of: Box<Expr>,
        by: Vec<By>,
    },
    Jvp {
        of: Box<Expr>,
        by: By,
        along: Box<Expr>,
    },
    Jacobian {
        of: Box<Expr>,
        by: By,
    },
}

/// What names the parts of a tuple.
#[derive(Clone, Debug)]
pub enum Pattern {
    Name(String),
    Ignored,
    Tuple(Vec<Pattern>),
}

/// A place that is assigned.
#[derive(Clone, Debug)]
pub enum Target {
    Name(String),
    Indexed(String, Vec<Subscript>),
    Tuple(Pattern),
}

/// What a loop runs over.
#[derive(Clone, Debug)]
pub enum Range {
    Range { from: Int, to: Int, reversed: bool },
    Over(String),
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    Let {
        name: String,
        mutable: bool,
        ty: Option<Type>,
        value: Expr,
    },
    LetTuple {
        pattern: Pattern,
        value: Expr,
    },
    LetIndexed {
        name: String,
        indices: Vec<Bound>,
        /// The type of an element, if it is written.
        element: Option<Type>,
        /// The axes of an element.
        own: Vec<Size>,
        value: Expr,
    },
    Assign {
        target: Target,
        operator: &'static str,
        value: Expr,
    },
    /// With `condition`, it stops early.
    For {
        checkpoint: bool,
        variable: String,
        range: Range,
        condition: Option<Expr>,
        body: Vec<Statement>,
    },
    /// Branches that only assign.
    If {
        condition: Expr,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
}

/// What a function returns.
#[derive(Clone, Debug)]
pub enum Returned {
    One(Type),
    Several(Vec<Type>),
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    pub public: bool,
    pub arguments: Vec<(String, Type)>,
    pub result: Returned,
    pub body: Vec<Statement>,
    pub value: Expr,
    /// What its sizes must be at least for it to make sense.
    pub least: Vec<(Size, i64)>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub content: Content,
}

/// What a field is.
#[derive(Clone, Debug)]
pub enum Content {
    Tensor(Vec<Size>),
    /// A layer of the program or the library with its generics; an array of so many.
    Layer {
        layer: String,
        generics: Vec<Size>,
        length: Option<usize>,
    },
}

/// A struct with its functions. Its generics are dims of one letter.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    pub name: String,
    pub generics: Vec<char>,
    pub fields: Vec<Field>,
    pub functions: Vec<Function>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Program {
    pub float: &'static str,
    /// The run-time sizes that it is run with.
    pub dims: Vec<(char, usize)>,
    pub layers: Vec<Struct>,
    pub functions: Vec<Function>,
    pub network: Struct,
}

impl Size {
    pub fn constant(value: i64) -> Self {
        Self { factor: 0, dims: String::new(), plus: value }
    }

    pub fn dim(name: char) -> Self {
        Self { factor: 1, dims: name.to_string(), plus: 0 }
    }

    pub fn as_constant(&self) -> Option<i64> {
        self.dims.is_empty().then_some(self.plus)
    }

    pub fn is(&self, value: i64) -> bool {
        self.as_constant() == Some(value)
    }

    /// The dim, if it is nothing else.
    pub fn as_dim(&self) -> Option<char> {
        let mut letters = self.dims.chars();
        let letter = letters.next()?;
        (self.factor == 1 && self.plus == 0 && letters.next().is_none()).then_some(letter)
    }

    pub fn plus(&self, value: i64) -> Self {
        Self { plus: self.plus + value, ..self.clone() }
    }

    pub fn times(&self, other: &Self) -> Option<Self> {
        match (self.as_constant(), other.as_constant()) {
            (_, Some(b)) => {
                Some(Self { factor: self.factor * b, dims: self.dims.clone(), plus: self.plus * b }.normal())
            }
            (Some(_), None) => other.times(self),
            (None, None) if self.plus == 0 && other.plus == 0 => {
                let mut dims: Vec<char> = self.dims.chars().chain(other.dims.chars()).collect();
                dims.sort_unstable();
                Some(Self { factor: self.factor * other.factor, dims: dims.into_iter().collect(), plus: 0 })
            }
            (None, None) => None,
        }
    }

    pub fn product(sizes: &[Self]) -> Option<Self> {
        sizes.iter().try_fold(Self::constant(1), |product, size| product.times(size))
    }

    /// This minus another, where that is a constant.
    pub fn minus(&self, other: &Self) -> Option<i64> {
        (self.factor == other.factor && self.dims == other.dims).then_some(self.plus - other.plus)
    }

    /// With other sizes for its dims.
    pub fn substitute(&self, replace: &dyn Fn(char) -> Size) -> Option<Self> {
        let mut product = Self::constant(self.factor);
        for dim in self.dims.chars() {
            product = product.times(&replace(dim))?;
        }
        Some(if self.dims.is_empty() { self.clone() } else { product.plus(self.plus) })
    }

    pub fn value(&self, dim: &dyn Fn(char) -> i64) -> i64 {
        let product: i64 = if self.dims.is_empty() { 0 } else { self.dims.chars().map(dim).product() };
        self.factor * product + self.plus
    }

    fn normal(self) -> Self {
        if self.factor == 0 { Self::constant(self.plus) } else { self }
    }
}

impl Type {
    pub fn float(shape: Vec<Size>) -> Self {
        Self { kind: Kind::Float, rest: false, shape }
    }
}

impl Pattern {
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Name(name) => vec![name.clone()],
            Self::Ignored => Vec::new(),
            Self::Tuple(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}

impl By {
    pub fn name(name: &str) -> Self {
        Self::Name(name.to_string())
    }
}

impl LayerName {
    pub fn call(name: &str, at: Option<Int>) -> Self {
        Self { name: name.to_string(), at, function: "call", options: Vec::new() }
    }
}

impl Int {
    pub fn name(name: &str) -> Self {
        Self::Name(name.to_string())
    }

    pub fn binary(operator: char, a: Self, b: Self) -> Self {
        Self::Binary(operator, Box::new(a), Box::new(b))
    }

    /// Whether a name occurs.
    pub fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Constant(_) | Self::Size(_) => false,
            Self::Name(other) => other == name,
            Self::Binary(_, a, b) => a.mentions(name) || b.mentions(name),
            Self::Read(_, at) => at.iter().any(|subscript| subscript.mentions(name)),
        }
    }
}

impl Expr {
    pub fn name(name: &str) -> Self {
        Self::Name(name.to_string())
    }

    pub fn binary(operator: &'static str, a: Self, b: Self) -> Self {
        Self::Binary(operator, Box::new(a), Box::new(b))
    }

    /// Every integer in a subscript, and every index of a `u32` tensor inside one.
    pub fn subscripts(&self, visit: &mut dyn FnMut(&Int)) {
        fn integer(at: &Int, visit: &mut dyn FnMut(&Int)) {
            visit(at);
            match at {
                Int::Binary(_, a, b) => [a, b].into_iter().for_each(|side| inner(side, visit)),
                other => inner(other, visit),
            }
        }
        fn inner(value: &Int, visit: &mut dyn FnMut(&Int)) {
            match value {
                Int::Read(_, at) => at.iter().for_each(|at| integer(at, visit)),
                Int::Binary(_, a, b) => [a, b].into_iter().for_each(|side| inner(side, visit)),
                Int::Constant(_) | Int::Size(_) | Int::Name(_) => {}
            }
        }
        match self {
            Self::Number(_) | Self::Flag(_) | Self::Size(_) | Self::Name(_) => {}
            Self::Parameter(Parameter { layers, .. }) => {
                layers.iter().filter_map(|(_, at)| at.as_ref()).for_each(|at| integer(at, visit));
            }
            Self::Guard(_, a, b) => [a, b].into_iter().for_each(|side| inner(side, visit)),
            Self::Integer(value) => inner(value, visit),
            Self::Negate(one) | Self::Not(one) | Self::Cast(one) | Self::Grad { of: one, .. } => {
                one.subscripts(visit)
            }
            Self::Jacobian { of: one, .. } => one.subscripts(visit),
            Self::Binary(_, a, b) | Self::Jvp { of: a, along: b, .. } => {
                a.subscripts(visit);
                b.subscripts(visit);
            }
            Self::If(c, a, b) => [c, a, b].into_iter().for_each(|part| part.subscripts(visit)),
            Self::Call { arguments: parts, .. } | Self::Apply(_, parts) | Self::Layer(_, parts) => {
                parts.iter().for_each(|part| part.subscripts(visit));
            }
            Self::List(parts) | Self::Tuple(parts) => parts.iter().for_each(|part| part.subscripts(visit)),
            Self::Subscript(base, at) => {
                base.subscripts(visit);
                for subscript in at {
                    match subscript {
                        Subscript::At(at) => integer(at, visit),
                        Subscript::Gather(index) => index.subscripts(visit),
                        Subscript::Whole | Subscript::Range(..) => {}
                    }
                }
            }
            Self::Fold { body, .. } => body.subscripts(visit),
            Self::Block(statements, value) => {
                for statement in statements {
                    if let Statement::Let { value, .. } = statement {
                        value.subscripts(visit);
                    }
                }
                value.subscripts(visit);
            }
        }
    }

    /// A call of the library without options.
    pub fn call(name: &'static str, arguments: Vec<Self>) -> Self {
        Self::Call { name, arguments, options: Vec::new(), method: false }
    }
}
