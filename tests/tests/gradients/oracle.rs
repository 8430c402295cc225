//! Reads `oracles/values/<network>.json`, and fills parameters, inputs and labels by the formulas that stand in
//! `oracles/README.md`.

use chainrule::Params;
use chainrule_tests::assert_near;
use serde_json::Value;

/// What a network computes, according to JAX in float64.
pub struct Oracle {
    name: String,
    value: f64,
    parameters: Vec<Tensor>,
    inputs: Vec<Tensor>,
    labels: Vec<Labels>,
}

struct Tensor {
    name: String,
    shape: Vec<usize>,
    gradient: Vec<f64>,
    /// Of parameters only.
    hessian_vector: Vec<f64>,
}

struct Labels {
    count: usize,
    classes: usize,
}

/// The JSON of one file of `oracles/values`.
pub fn read(name: &str) -> Value {
    let path = format!("{}/../oracles/values/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The elements of a list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// The numbers of a flat list; those that are not promised (`null`) are NaN.
pub fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

/// A number, an infinity, or NaN for `null`.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Null => f64::NAN,
        Value::String(text) => text.parse().expect("inf or -inf"),
        value => value.as_f64().expect("a number"),
    }
}

/// The text under a key.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().expect("a string")
}

/// A size.
pub fn size(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a size")).expect("a size")
}

impl Oracle {
    /// That of a network.
    pub fn read(name: &str) -> Self {
        Self::of(&read(name))
    }

    /// What is written of one network.
    pub fn of(content: &Value) -> Self {
        let tensor = |value: &Value| Tensor {
            name: text(value, "name").to_string(),
            shape: list(&value["shape"]).iter().map(size).collect(),
            gradient: numbers(&value["gradient"]),
            hessian_vector: value.get("hessian_vector").map(numbers).unwrap_or_default(),
        };
        let labels =
            |value: &Value| Labels { count: size(&value["count"]), classes: size(&value["classes"]) };
        Self {
            name: text(content, "name").to_string(),
            value: number(&content["value"]),
            parameters: list(&content["parameters"]).iter().map(tensor).collect(),
            inputs: list(&content["inputs"]).iter().map(tensor).collect(),
            labels: list(&content["labels"]).iter().map(labels).collect(),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The network with 0.3 sin(1.7 i + 0.5 k) in tensor k; it must have the tensors of the file.
    pub fn parameters<P: Params<Float = f64>>(&self) -> Box<P> {
        let model = filled::<P>(|k, i| 0.3 * f64::sin(1.7 * i + 0.5 * k));
        let tensors = model.tensors();
        let found: Vec<(&str, &[usize])> =
            tensors.iter().map(|tensor| (&*tensor.name, tensor.shape)).collect();
        let expected: Vec<(&str, &[usize])> =
            self.parameters.iter().map(|tensor| (&*tensor.name, &*tensor.shape)).collect();
        assert_eq!(found, expected, "the tensors of `{}`", self.name);
        model
    }

    /// The vector of the Hessian-vector product: sin(0.9 i + 0.3 k) in tensor k, zeros where frozen.
    pub fn directions<P: Params<Float = f64>>(&self) -> Box<P> {
        let is_frozen: Vec<bool> = {
            let mut frozen = Vec::new();
            P::zeros().for_each_tensor(|path, _, _| frozen.push(path.is_frozen()));
            frozen
        };
        filled::<P>(|k, i| if is_frozen[k as usize] { 0.0 } else { f64::sin(0.9 * i + 0.3 * k) })
    }

    /// The inputs in order: cos(1.3 i + 0.7 k) in input k.
    pub fn inputs(&self) -> Vec<Vec<f64>> {
        let of = |(k, input): (usize, &Tensor)| {
            (0..input.gradient.len()).map(|i| f64::cos(1.3 * i as f64 + 0.7 * k as f64)).collect()
        };
        self.inputs.iter().enumerate().map(of).collect()
    }

    /// The labels of an argument: (7 i + 3) mod classes.
    pub fn labels<const N: usize>(&self, place: usize) -> [u32; N] {
        let Labels { count, classes } = self.labels[place];
        assert_eq!(count, N, "another number of labels");
        std::array::from_fn(|i| u32::try_from((7 * i + 3) % classes).expect("a label"))
    }

    /// Holds a value against the file's.
    #[track_caller]
    pub fn check_value(&self, found: f64) {
        assert_near(&self.name, &[found], &[self.value], 1e-9);
    }

    /// Holds the gradient of every parameter against the file's, times `scale`.
    #[track_caller]
    pub fn check_parameters<P: Params<Float = f64>>(&self, gradients: &P, scale: f64) {
        for (found, expected) in gradients.tensors().iter().zip(&self.parameters) {
            self.check_gradient(expected, found.data, scale);
        }
    }

    /// Holds the gradient of every input against the file's, times `scale`.
    #[track_caller]
    pub fn check_inputs(&self, gradients: &[Vec<f64>], scale: f64) {
        assert_eq!(gradients.len(), self.inputs.len(), "the inputs of `{}`", self.name);
        for (found, expected) in gradients.iter().zip(&self.inputs) {
            self.check_gradient(expected, found, scale);
        }
    }

    /// Holds a Hessian-vector product against the file's.
    #[track_caller]
    pub fn check_product<P: Params<Float = f64>>(&self, product: &P) {
        for (found, expected) in product.tensors().iter().zip(&self.parameters) {
            let what = format!("the Hessian of `{}` by `{}`", self.name, expected.name);
            assert_near(&what, found.data, &expected.hessian_vector, 1e-9);
        }
    }

    #[track_caller]
    fn check_gradient(&self, tensor: &Tensor, found: &[f64], scale: f64) {
        let what = format!("the gradient of `{}` by `{}`", self.name, tensor.name);
        let expected: Vec<f64> = tensor.gradient.iter().map(|gradient| scale * gradient).collect();
        assert_near(&what, found, &expected, 1e-9);
    }
}

/// A network of these numbers: of the tensor's position and the element's.
fn filled<P: Params<Float = f64>>(number: impl Fn(f64, f64) -> f64) -> Box<P> {
    let mut model = P::zeros();
    let counts: Vec<usize> = model.tensors().iter().map(|tensor| tensor.data.len()).collect();
    let places =
        counts.iter().enumerate().flat_map(|(k, count)| (0..*count).map(move |i| (k as f64, i as f64)));
    for (parameter, (k, i)) in model.as_mut_slice().iter_mut().zip(places) {
        *parameter = number(k, i);
    }
    model
}
