use chainrule::net;

// What cannot be read of a size, an argument or a result is one error; the rest of the signature is as it is
// written, and the callers are not blamed.
net! {
    dim N;
    const K: usize = 2.5;
    const C: usize = 4;

    pub struct Net {
        w: f32[3, 4],
        a: f32[K, 3],
        b: f32[C, M],
        layer: Linear<L, 3>,
        c: f32[2, C!],
    }

    impl Net {
        pub fn of_reference(x: &f32[N, 3]) -> f32[N, 4] {
            x @ w
        }

        pub fn without_result(x: f32[N, 3]) {
            x @ w
        }

        #[grad]
        pub fn of_container(x: f32[N, 3], label: Vec<u32>) -> f32 {
            cross_entropy(x @ w, label)
        }

        #[grad(x)]
        pub fn by_container(x: Tensor<f32, 3>) -> f32 {
            mean(x)
        }

        #[grad]
        pub fn without_type(x, y: f32[N, 3]) -> f32 {
            mean(x * y)
        }

        pub fn to_reference(x: f32[N, 3]) -> &f32[N, 4] {
            x @ w
        }

        pub fn of_pair(pair: (f32, f32[3])) -> f32[3] {
            w @ ones([4])
        }

        pub fn named_twice(x: f32[N, 3], x: f32) -> f32 {
            x
        }
    }
}

fn main() {
    let model = Net::init(1);
    let mut workspace = chainrule::Workspace::new();
    let x = [[1.0; 3]; 5];
    let _: f32 = model.a[0][2] + model.b[0][1] + model.layer.weight[0][0] + [0.0; K][0] + model.c[1][3];
    let _: &[[f32; 4]] = model.of_reference(&mut workspace, &x);
    let _: &[[f32; 4]] = model.without_result(&mut workspace, &x);
    let pass = model.of_container(&mut workspace, &x, &[3; 5]);
    println!("{}", pass.value());
    pass.backward(&mut Net::zeros());
    model.by_container(&mut workspace, &[1.0; 3]).backward(&mut [0.0; 3]);
    let _: f32 = model.without_type(&mut workspace, &x, &x).value();
    let _: &[[f32; 4]] = model.to_reference(&mut workspace, &x);
    let _: &[f32; 3] = model.of_pair(&mut workspace, (1.0, [1.0; 3]));
    let _: f32 = model.named_twice(&mut workspace, &x, 1.0);
}
