use chainrule::net;

const LIMIT: usize = 4_096;

net! {
    dim N;

    #[budget(params = LIMIT)]
    pub struct Model {
        w: f32[3],
    }

    impl Model {
        #[budget(workspace = 4 * N)]
        pub fn at_run_time(x: f32[N, 3]) -> f32[N] {
            x @ w
        }

        #[budget(workspace = -1)]
        pub fn below_zero(x: f32[N, 3]) -> f32[N] {
            x @ w
        }

        #[budget(workspace = 1e4)]
        pub fn no_integer(x: f32[N, 3]) -> f32[N] {
            x @ w
        }

        #[budget(workspace = )]
        pub fn nothing(x: f32[N, 3]) -> f32[N] {
            x @ w
        }
    }
}

fn main() {
    println!("{LIMIT}");
}
