//! Ways out in items: names, types, fields, signatures, attributes.

use super::{A_TYPE, BY_NAME, NO_REFERENCES, Table};

/// Where a name was expected.
pub(in crate::syntax::parse) const NAME: Table = &[
    ("`mut`", "`mut` stands only behind `let`, once"),
    ("`ref`", NO_REFERENCES),
    ("`self`", BY_NAME),
    ("`Self`", BY_NAME),
    ("`_`", "`_` may stand only in patterns; give this a name"),
    ("`&`", NO_REFERENCES),
    ("`crate`", "names stand alone, without paths"),
];

/// Where the next of a list of names, patterns or arguments with types was expected.
pub(in crate::syntax::parse) const LIST: Table = &[("`;`", COMMA)];

/// Where nothing but a comma can be meant.
pub(in crate::syntax::parse) const COMMA: &str = "write `,`";

/// In attributes.
pub(in crate::syntax::parse) const ATTRIBUTE: Table = &[
    ("`=`", "what is differentiated by stands in parentheses: `#[grad(x)]`"),
    ("`:`", "write `=`"),
    ("`.`", "`self` stands for all parameters; `#[frozen]` leaves a field out"),
    ("`grad`", "write `#[grad]`"),
    ("`frozen`", "write `#[frozen]`"),
];

/// Attributes of other names.
pub(in crate::syntax::parse) const ATTRIBUTES: Table = &[
    ("freeze", FROZEN),
    ("no_grad", FROZEN),
    ("requires_grad", FROZEN),
    ("constant", FROZEN),
    ("buffer", FROZEN),
    ("skip", FROZEN),
    ("gradient", GRAD),
    ("differentiable", GRAD),
    ("value_and_grad", GRAD),
    ("autodiff", GRAD),
    ("backward", GRAD),
    ("jacfwd", "write `#[jacobian(x)]`"),
    ("jacrev", "write `#[jacobian(x)]`"),
    ("remat", "write `#[checkpoint]` in front of a loop"),
    ("jit", "everything is compiled: leave it out"),
    ("test", "tests stand outside of `net!`"),
];
const FROZEN: &str = "a field that is not trained is `#[frozen]`";
const GRAD: &str = "write `#[grad]`, or `#[grad(x)]` with respect to an argument";

/// Where an item was expected.
pub(in crate::syntax::parse) const ITEM: Table = &[
    ("`enum`", "there are no enums: items are `dim`, `const`, `struct`, `impl`, `fn` and `extern fn`"),
    (
        "`trait`",
        "there are no traits: an inner function takes any leading axes, `fn call(x: f32[.., I]) -> f32[.., O]`",
    ),
    ("`use`", "`use` stands outside of `net!`; names of the library are in scope"),
    ("`mod`", "`mod` stands outside of `net!`; several blocks may stand in several modules"),
    ("`type`", "write the type out where it is used"),
    ("`static`", "write `const H: usize = 128;`"),
    ("`let`", "`let` stands in the body of a `fn`; a compile-time size is `const H: usize = 128;`"),
    ("`unsafe`", "leave it out"),
    ("`async`", "leave it out"),
    ("`def`", "write `fn`"),
    ("`class`", "write `struct` for the parameters and `impl` for the functions"),
    ("`macro_rules`", "`macro_rules!` stands outside of `net!`; it may expand to a whole `net!`"),
];

/// Any other item.
pub(in crate::syntax::parse) const ANY_ITEM: &str =
    "items are `dim`, `const`, `struct`, `impl`, `fn` and `extern fn`";

/// Where a type was expected.
pub(in crate::syntax::parse) const TYPE: Table = &[
    ("`impl`", "an argument is a tensor, `x: f32[N, 3]`; any leading axes are `x: f32[.., 3]`"),
    ("`dyn`", "an argument is a tensor, `x: f32[N, 3]`"),
    ("`fn`", "functions are called by name, not handed on"),
    ("`Self`", "a function's result is a tensor, `f32[N, 3]`"),
    ("`*`", "there are no pointers: write `f32[N, 3]`"),
    ("`!`", "a function's result is a tensor, `f32[N, 3]`"),
    ("`_`", "leave the type of a `let` out; write it where it is to be checked: `f32[N, 3]`"),
    ("`=`", "leave out the `:`, or write the type: `f32[N, 3]`"),
    ("`(`", "a field is a tensor, a layer or an array of layers; several are several fields"),
    ("`{`", A_TYPE),
    ("`}`", A_TYPE),
    ("`)`", A_TYPE),
    ("`,`", A_TYPE),
    ("`;`", A_TYPE),
];

/// Where the arguments of a function should have begun.
pub(in crate::syntax::parse) const ARGUMENTS: Table = &[
    ("`<`", "a function is generic in leading axes, `x: f32[.., I]`, and in the sizes of its struct"),
    ("`[`", "write `fn f(x: f32[N, 3]) -> f32[N] { … }`"),
];

/// Where the type of an argument was expected.
pub(in crate::syntax::parse) const ARGUMENT: Table = &[
    ("`)`", "every argument has a type: `x: f32[N, 3]`, `label: u32[N]`, `s: dim S`"),
    ("`,`", "every argument has a type: `x: f32[N, 3]`, `label: u32[N]`, `s: dim S`"),
    ("`=`", "every argument has a type: `causal: bool = false`"),
    ("`[`", "a type begins with `f32`, `f64`, `u32`, `u64` or `bool`, behind a `:`"),
    ("`f32`", "write `x: f32[N, 3]`"),
    ("`f64`", "write `x: f64[N, 3]`"),
    ("`u32`", "write `x: u32[N]`"),
];

/// Where the result's type was expected.
pub(in crate::syntax::parse) const RESULT: Table = &[
    ("`{`", "a function is there for its result: write its type, `-> f32[N, 10]`"),
    ("`:`", "write `->`"),
    ("`-`", "write `->`, without a space"),
    ("`f32`", "write `-> f32`"),
    ("`f64`", "write `-> f64`"),
    ("`u32`", "write `-> u32`"),
    ("`bool`", "write `-> bool`"),
    ("`(`", "write `-> (…)`"),
    ("`=>`", "write `->`"),
    ("`=`", "write the result's type and a body in braces: `-> f32[N, 10] { … }`"),
    ("`;`", "write the type of the result: `-> f32[N, 10]`"),
    ("the end of the block", "write the type of the result: `-> f32[N, 10]`"),
];

/// Where the body of a function was expected.
pub(in crate::syntax::parse) const FUNCTION_BODY: Table = &[
    ("`;`", "a function without a body is a Rust function in scope: `extern fn slope(x: f64) -> f64;`"),
    ("`=`", "a body stands in braces"),
    ("`,`", "several results are a tuple: `-> (f32[N], f32[N, 3])`"),
    ("`where`", "there are no bounds: leave them out"),
];

/// Where the fields of a struct were expected.
pub(in crate::syntax::parse) const FIELDS: Table = &[
    ("`(`", "fields have names: `struct Mlp { w: f32[784, 128] }`"),
    ("`where`", "there are no bounds: leave them out"),
    ("`=`", "write `struct Mlp { w: f32[784, 128] }`"),
    ("`:`", "write `struct Mlp { w: f32[784, 128] }`"),
];

/// Where the type of a field was expected.
pub(in crate::syntax::parse) const FIELD: Table = &[
    ("`=`", "every field has a type: `w: f32[784, 128] = he_normal`"),
    ("`,`", "every field has a type: `w: f32[784, 128]`"),
    ("`}`", "every field has a type: `w: f32[784, 128]`"),
    ("`[`", "a type begins with `f32` or `f64`, behind a `:`"),
    ("`f32`", "write `w: f32[784, 128]`"),
    ("`f64`", "write `w: f64[784, 128]`"),
];

/// Where the length of an array of layers was expected.
pub(in crate::syntax::parse) const LENGTH: Table =
    &[("`,`", "write `[Block<64>; 12]`"), ("`]`", "the number of layers is fixed: `[Block<64>; 12]`")];

/// Where the next field was expected.
pub(in crate::syntax::parse) const NEXT_FIELD: Table = &[
    ("`;`", "fields are separated by `,`"),
    ("`(`", "the sizes of a layer stand in angle brackets: `Linear<784, 128>`"),
];

/// Where the names of sizes were expected.
pub(in crate::syntax::parse) const DIMS: Table = &[
    ("`=`", "a `dim` is known only at run time; a compile-time size is `const H: usize = 128;`"),
    ("`:`", "a `dim` has no type: `dim N;`"),
];

/// Where the type or the value of a constant was expected.
pub(in crate::syntax::parse) const CONST: Table = &[
    ("`=`", "write `const H: usize = 128;`"),
    ("`;`", "write `const H: usize = 128;`"),
    ("`usize`", "write `const H: usize = 128;`"),
    ("`,`", "write `const I: usize`"),
    ("`>`", "write `const I: usize`"),
];

/// Behind `extern`.
pub(in crate::syntax::parse) const EXTERN: Table = &[
    ("`{`", "each function is declared by itself: `extern fn slope(x: f64) -> f64;`"),
    ("`crate`", "write `extern fn slope(x: f64) -> f64;`"),
    ("`=`", "write `{ derivative(dx) = cos(x) * dx }`"),
];

/// Where a function of an `impl` was expected.
pub(in crate::syntax::parse) const IN_IMPL: Table = &[
    ("`const`", "constants stand outside of the `impl`: `const H: usize = 128;`"),
    ("`dim`", "sizes stand outside of the `impl`: `dim N;`"),
    ("`struct`", "structs stand outside of the `impl`"),
    ("`extern`", "an `extern fn` stands outside of the `impl`"),
    ("`type`", "write the type out where it is used"),
    ("`let`", "`let` stands in the body of a `fn`"),
    ("`unsafe`", "leave it out"),
    ("`async`", "leave it out"),
    ("`def`", "write `fn`"),
];

/// Where a size of the struct that an `impl` is of was expected.
pub(in crate::syntax::parse) const REPEATED: Table = &[(
    "`const`",
    "what is declared stands behind `impl`, its name behind that of the struct: `impl<const I: usize> Dense<I>`",
)];

/// Where the functions of an `impl` were expected.
pub(in crate::syntax::parse) const IMPL: Table = &[
    ("`for`", "there are no traits: write `impl Mlp { … }`"),
    ("`where`", "there are no bounds: leave them out"),
];

/// Behind `as`.
pub(in crate::syntax::parse) const CAST: Table = &[
    ("`&`", NO_REFERENCES),
    ("`;`", "write `x as f32`"),
    ("`)`", "write `x as f32`"),
    ("`}`", "write `x as f32`"),
];

/// Where the next size of a type was expected.
pub(in crate::syntax::parse) const SIZES: Table = &[
    ("`;`", "the sizes of all axes are separated by `,`: `f32[N, 3]`"),
    ("`:`", "the sizes of all axes are separated by `,`: `f32[N, 3]`"),
    ("`..`", "`..` stands alone for any leading axes: `f32[.., 3]`"),
];

/// Where the next generic was expected.
pub(in crate::syntax::parse) const GENERICS: Table = &[
    ("`=`", "the sizes of a layer stand in their order, without names: `Conv2d<1, 8, 3>`"),
    ("`:`", "the sizes of a layer stand in their order, without names: `Conv2d<1, 8, 3>`"),
    ("`;`", "the sizes of a layer are separated by `,`"),
];

/// Types of Rust that mean something else here.
pub(in crate::syntax::parse) const RUST_TYPES: Table = &[
    ("usize", "a size that no array carries is an argument `s: dim S`; other integers are `u32`"),
    ("isize", "indices are `u32`"),
    ("i8", "indices are `u32`"),
    ("i16", "indices are `u32`"),
    ("i32", "indices are `u32`"),
    ("i64", "indices are `u32`, random keys are `u64`"),
    ("i128", "indices are `u32`, random keys are `u64`"),
    ("u8", "indices are `u32`"),
    ("u16", "indices are `u32`"),
    ("u128", "random keys are `u64`"),
    ("f16", "write `f32`"),
    ("bf16", "write `f32`"),
    ("int", "indices are `u32`"),
    ("float", "write `f32`"),
    ("double", "write `f64`"),
    ("char", "there are no characters"),
    ("str", "there are no strings"),
    ("String", "there are no strings"),
];
