//! Ways out in bodies: expressions, statements, loops.

use super::{
    ADD_TO, AXES, BY_NAME, CHOOSE, EXCLUSIVE, LAST, NO_CLOSURES, NO_QUESTION, NO_REFERENCES, RANGES,
    STOP_EARLY, Table,
};

const STEPS: &str = "other steps are arithmetic on an index: `let y[i] = x[2 * i];`";

/// Where an expression was expected.
pub(in crate::syntax::parse) const OPERAND: Table = &[
    ("`return`", LAST),
    ("`while`", STOP_EARLY),
    ("`loop`", STOP_EARLY),
    ("`do`", STOP_EARLY),
    ("`break`", STOP_EARLY),
    ("`continue`", "choose what the step does with `if c { a } else { b }`"),
    ("`match`", CHOOSE),
    ("`where`", CHOOSE),
    ("`for`", "a loop is a statement: assign in it to what `let mut` has bound before"),
    ("`let`", "`let` is a statement: put it in front of this one"),
    ("`|`", NO_CLOSURES),
    ("`||`", NO_CLOSURES),
    ("`move`", NO_CLOSURES),
    ("`fn`", "functions stand outside of bodies, in an `impl` or beside it"),
    ("`*`", NO_REFERENCES),
    ("`+`", "there is no prefix `+`: leave it out"),
    ("`++`", ADD_TO),
    ("`..`", RANGES),
    ("`..=`", EXCLUSIVE),
    ("`...`", AXES),
    ("`:`", "a range is `a..b`, `a..` or `..b`, a whole axis `..`"),
    ("`::`", STEPS),
    ("`_`", "`_` may stand only in patterns; give this a name"),
    ("`{`", "the condition or the end of the range is missing in front of it"),
    ("`self`", BY_NAME),
    ("`Self`", BY_NAME),
    ("`super`", BY_NAME),
    ("`crate`", BY_NAME),
    ("`'`", "loops have no labels"),
    ("`#`", "attributes stand in front of items, fields, functions, and `#[checkpoint]` in front of `for`"),
    ("`unsafe`", "leave it out"),
    ("`mut`", "`mut` stands behind `let`"),
];

/// What an operator ends in.
pub(in crate::syntax::parse) const OPERATORS: [char; 12] =
    ['+', '-', '*', '/', '%', '@', '=', '<', '>', '!', '&', '|'];

/// Where one came last.
pub(in crate::syntax::parse) const NO_RIGHT_SIDE: &str =
    "what stands in front of it needs a value on its right: write one, or leave it out";

/// Where a comma came last.
pub(in crate::syntax::parse) const NO_ELEMENT: &str =
    "a value is missing behind the `,`, or there is one `,` too many";

/// Where an expression begins.
pub(in crate::syntax::parse) const VALUES: &str =
    "an expression is a name, a number, a call `f(x)`, a list `[a, b]`, or made of these with operators";

/// Where a subscript was expected.
pub(in crate::syntax::parse) const SUBSCRIPTS: &str =
    "a subscript is an index `x[i]`, a range `x[1..3]`, or a whole axis `x[.., 0]`";

/// What another library takes as a string.
pub(in crate::syntax::parse) const STRINGS: Table = &[
    (
        "same",
        "padding is a number: with an odd kernel of size K and stride 1, `padding = K / 2` keeps the size",
    ),
    (
        "SAME",
        "padding is a number: with an odd kernel of size K and stride 1, `padding = K / 2` keeps the size",
    ),
    ("valid", "padding is a number: `padding = 0`, which is the default"),
    ("VALID", "padding is a number: `padding = 0`, which is the default"),
    ("mean", "losses are means; for others write the formula, `sum(each)`"),
    ("sum", "losses are means: write the formula, or the loss times how many there are"),
    ("none", "losses are means: write the formula, without the mean"),
    ("tanh", "the function has a name of its own: `gelu_tanh(x)`"),
];

/// Of any other string.
pub(in crate::syntax::parse) const STRING: &str =
    "there are no strings: options are numbers, `true`, `false` and lists of these";

/// Of a string with an arrow.
pub(in crate::syntax::parse) const EINSUM: &str =
    "there are no strings: an `einsum` is written with indices, `let y[i, j] = sum[k](a[i, k] * b[k, j]);`";

/// Where an operator or the end of the expression was expected.
pub(in crate::syntax::parse) const OPERATOR: Table = &[
    ("`..`", RANGES),
    ("`..=`", EXCLUSIVE),
    ("`=`", "`==` compares; `=` assigns in a statement of its own, `x = …;`"),
    ("`:=`", "write `let x = …;`, or `x = …;` for what `let mut` has bound"),
    ("`=>`", "`>=` compares"),
    ("`=<`", "`<=` compares"),
    ("`~=`", "`!=` compares"),
    ("`->`", "a result's type stands only behind the arguments of a `fn`"),
    ("`++`", ADD_TO),
    ("`?`", NO_QUESTION),
    ("`?.`", NO_QUESTION),
    ("`::`", STEPS),
    ("`|>`", "write `f(x)` or `x.f()`"),
    ("`.*`", "`*` is elementwise; the matrix product is `@`"),
    ("`...`", AXES),
    ("`:`", "a range is `a..b`, a whole axis `..`"),
    (
        "`;`",
        "elements are separated by `,`; `zeros([n])`, `ones([n])` and `broadcast_to(x, [n])` repeat a value",
    ),
    ("`if`", CHOOSE),
    ("`for`", "a tensor of many values is `let y[i] = …;` over an index"),
    (
        "`in`",
        "index ranges are bound on the left of `let` and by sum, prod, mean, max, min, argmax, argmin, any, all",
    ),
    ("`is`", "`==` compares"),
    ("`mod`", "the remainder of integers is `%`"),
    ("`else`", "it follows the braces of an `if`; patterns always match"),
    (
        "`{`",
        "there are no struct literals; a body follows `if c`, `else`, `for t in 0..T` or the signature of a `fn`",
    ),
];

/// Where the range of an index was expected.
pub(in crate::syntax::parse) const BINDING: Table = &[
    ("`]`", "write `j in 0..n`"),
    ("`,`", "write `j in 0..n`"),
    ("`...`", "write `j in 0..n`"),
    ("`:`", "write `j in 0..n`"),
];

/// Where `in` was expected.
pub(in crate::syntax::parse) const LOOP: Table = &[
    ("`=`", "write `for t in 0..T`"),
    ("`,`", "a loop runs over one name: `for t in 0..T { … xs[t] … }`"),
    ("`:`", "write `for t in 0..T`"),
];

/// Where a body was expected.
pub(in crate::syntax::parse) const BODY: Table = &[
    ("`step`", "other steps are arithmetic on the index in the loop: `x[2 * t]`"),
    ("`by`", "other steps are arithmetic on the index in the loop: `x[2 * t]`"),
    (
        "`.`",
        "backwards it is `(0..T).rev()`; other steps are arithmetic on the index in the loop: `x[2 * t]`",
    ),
    ("`=`", "`==` compares; a body stands in braces"),
    ("`:`", "a body stands in braces"),
    ("`;`", "a body stands in braces"),
    ("`=>`", "`>=` compares; a body stands in braces"),
    ("`=<`", "`<=` compares"),
    ("`where`", "there are no bounds: leave them out"),
];

/// Where `let` should have given a value.
pub(in crate::syntax::parse) const LET: Table = &[
    ("`;`", "everything has a value from the start; what a loop fills begins as `zeros([T, 3])`"),
    ("`,`", "several names are a tuple: `let (a, b) = …;`"),
    ("`[`", "an index expression binds one name: `let y[i, j] = …;`"),
    ("`(`", "patterns are names and tuples of names; a function stands outside of bodies"),
    ("`else`", "patterns are names and tuples of names, which always match"),
];

/// Where the next argument of a call was expected.
pub(in crate::syntax::parse) const CALL: Table = &[
    ("`:`", "options are named with `=`, as in `axis = 1`"),
    ("`;`", "arguments are separated by `,`"),
    ("`..`", RANGES),
    ("`..=`", RANGES),
    ("`=`", "`==` compares; an option is a name, `=` and a value"),
    ("`for`", "over an index it is `sum[i in 0..n](x[i])`; a tensor of many values is `let y[i] = …;`"),
    ("`if`", CHOOSE),
    ("`?`", NO_QUESTION),
    ("`?.`", NO_QUESTION),
    ("`::`", STEPS),
    ("`=>`", "`>=` compares"),
    ("`=<`", "`<=` compares"),
    ("`~=`", "`!=` compares"),
    ("`|>`", "write `f(x)` or `x.f()`"),
    ("`.*`", "`*` is elementwise; the matrix product is `@`"),
];

/// Words in front of an operand that other languages know as operators.
pub(in crate::syntax::parse) const PREFIX: Table =
    &[("not", "a mask is negated by `!`"), ("lambda", NO_CLOSURES), ("await", "leave it out")];

/// Where a statement should have ended.
pub(in crate::syntax::parse) const STATEMENT: Table = &[
    ("`..`", RANGES),
    ("`..=`", EXCLUSIVE),
    ("`=`", "`==` compares; several assignments are several statements"),
    ("`:=`", "write `let x = …;`, or `x = …;` for what `let mut` has bound"),
    ("`=>`", "`>=` compares"),
    ("`=<`", "`<=` compares"),
    ("`~=`", "`!=` compares"),
    ("`++`", ADD_TO),
    ("`?`", NO_QUESTION),
    ("`?.`", NO_QUESTION),
    ("`::`", STEPS),
    ("`|>`", "write `f(x)` or `x.f()`"),
    ("`.*`", "`*` is elementwise; the matrix product is `@`"),
    ("`if`", CHOOSE),
    ("`else`", "it follows the braces of an `if`; patterns always match"),
    ("`is`", "`==` compares"),
    ("`mod`", "the remainder of integers is `%`"),
    ("`:`", "a type stands behind the name: `let x: f32[N, 3] = …;`"),
    ("`,`", "several values are a tuple, in parentheses"),
    (
        "`{`",
        "there are no struct literals; a body follows `if c`, `else`, `for t in 0..T` or the signature of a `fn`",
    ),
];

/// Where a statement cannot begin so.
pub(in crate::syntax::parse) const STATEMENT_START: Table = &[
    ("`return`", LAST),
    ("`while`", STOP_EARLY),
    ("`loop`", STOP_EARLY),
    ("`do`", STOP_EARLY),
    ("`break`", STOP_EARLY),
    ("`continue`", "choose what the step does with `if c { a } else { b }`"),
    ("`match`", CHOOSE),
    ("`fn`", "functions stand outside of bodies, in an `impl` or beside it"),
    ("`const`", "constants stand outside of bodies: `const H: usize = 128;`, or use `let`"),
    ("`static`", "constants stand outside of bodies: `const H: usize = 128;`, or use `let`"),
    ("`struct`", "structs stand outside of bodies"),
    ("`impl`", "an `impl` stands outside of bodies"),
    ("`use`", "`use` stands outside of `net!`; names of the library are in scope"),
    ("`type`", "types stand behind names: `let x: f32[N, 3] = …;`"),
    ("`enum`", "there are no enums"),
    ("`mod`", "there are no modules"),
    ("`unsafe`", "leave it out"),
    ("`var`", "write `let mut`"),
    ("`with`", "`stop_grad(x)` cuts a value off; a field that is not trained is `#[frozen]`"),
    ("`def`", "functions stand outside of bodies, in an `impl` or beside it"),
    ("`import`", "names of the library are in scope"),
];

/// Methods that change what they are called on, elsewhere.
pub(in crate::syntax::parse) const CHANGES: Table = &[
    ("backward", "`#[grad]` makes it: `model.loss(&mut ws, x).backward(&mut grads)`, outside of `net!`"),
    ("step", "training stands outside of `net!`: `adam.step(&mut model, &grads)`"),
    ("push", GROWS),
    ("append", GROWS),
    ("extend", GROWS),
];
const GROWS: &str =
    "an array has its size from the start: `let mut ys = zeros([T, 3]);`, and in the loop `ys[t] = h;`";
pub(in crate::syntax::parse) const UNUSED: &str =
    "everything is a pure function: bind the value, `let y = …;`, or leave the statement out";

/// Infix operators of other languages: read as such, then refused.
pub(in crate::syntax::parse) const INFIX: Table = &[
    ("**", "a power is `powi(x, 2)`, or `powf(x, y)` where the exponent is not whole"),
    ("^", "a power is `powi(x, 2)`, or `powf(x, y)` where the exponent is not whole"),
    ("&", "masks are joined by `&&`"),
    ("|", "masks are joined by `||`"),
    ("<<", "write the product, `x * 2`"),
    (">>", "write the quotient, `x / 2`"),
    ("===", "`==` compares"),
    ("!==", "`!=` compares"),
    ("<>", "`!=` compares"),
    ("and", "masks are joined by `&&`"),
    ("or", "masks are joined by `||`"),
    ("xor", "two masks differ where `a != b`"),
];

/// Operators between `let x` and its value that are not `=`.
pub(in crate::syntax::parse) const EQUALS: Table = &[
    (":=", "write `=`"),
    ("==", "`==` compares; write `=`"),
    ("=>", "write `=`"),
    ("->", "write `=`"),
    ("+=", "`let` binds anew: write `=`, or leave out the `let`"),
    ("-=", "`let` binds anew: write `=`, or leave out the `let`"),
    ("*=", "`let` binds anew: write `=`, or leave out the `let`"),
    ("/=", "`let` binds anew: write `=`, or leave out the `let`"),
];

/// Assignments of other languages.
pub(in crate::syntax::parse) const ASSIGNMENTS: Table = &[
    (":=", "write `let x = …;`, or `x = …;` for what `let mut` has bound"),
    ("@=", "write `x = x @ w;`"),
    ("%=", "write `i = i % n;`"),
    ("**=", "write `x = powi(x, n);`"),
    ("^=", "write `x = powi(x, n);`"),
    ("&=", "write `m = m && c;`"),
    ("|=", "write `m = m || c;`"),
    ("&&=", "write `m = m && c;`"),
    ("||=", "write `m = m || c;`"),
    ("<<=", "write `x *= 2;`"),
    (">>=", "write `x /= 2;`"),
];
