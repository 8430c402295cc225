//! Saving and loading parameters in the safetensors format (feature `safetensors`).
//!
//! A file holds every tensor of a network under its name (`blocks.0.weight`), so that PyTorch and
//! others read it. Loading is all or nothing: a model is changed only if everything fits, and a
//! file is replaced only by a complete one.

use alloc::{borrow::ToOwned as _, string::String, string::ToString as _, vec::Vec};
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use ::safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};

use crate::{Float, Params};

/// Why a model could not be loaded. The model is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The file could not be read.
    Io(PathBuf, io::Error),
    /// The bytes are not in the safetensors format.
    Format(SafeTensorError),
    /// The tensors are not those of the model: everything that does not fit.
    Mismatch(Vec<Mismatch>),
}

/// One tensor that does not fit the model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The model has this tensor, the file does not.
    Missing(String),
    /// The file has this tensor, the model does not.
    Unknown(String),
    /// The sizes differ.
    Shape {
        /// The name.
        tensor: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The shape in the model.
        expected: Vec<usize>,
    },
    /// The element types differ; nothing is converted.
    Type {
        /// The name.
        tensor: String,
        /// The type in the file, as `F16`.
        found: String,
        /// The type in the model, as `F32`.
        expected: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(formatter, "cannot read {}: {error}", path.display()),
            Self::Format(error) => write!(formatter, "not a safetensors file: {error}"),
            Self::Mismatch(all) => {
                write!(formatter, "the file does not fit the model:")?;
                all.iter().try_for_each(|mismatch| write!(formatter, "\n  {mismatch}"))
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(tensor) => write!(formatter, "`{tensor}` is missing"),
            Self::Unknown(tensor) => write!(formatter, "`{tensor}` is not a tensor of the model"),
            Self::Shape { tensor, found, expected } => {
                write!(formatter, "`{tensor}` has shape {found:?}, expected {expected:?}")
            }
            Self::Type { tensor, found, expected } => {
                write!(formatter, "`{tensor}` has type {found}, expected {expected}")
            }
        }
    }
}

impl core::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Format(error) => Some(error),
            Self::Mismatch(_) => None,
        }
    }
}

/// The model as the contents of a safetensors file.
///
/// # Panics
/// If two tensors have the same name, which `net!` does not allow.
#[must_use]
pub fn to_bytes<P: Params>(model: &P) -> Vec<u8> {
    let tensors = model.tensors();
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|tensor| little_endian(tensor.data)).collect();
    let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
        let view = TensorView::new(dtype::<P::Float>(), tensor.shape.to_vec(), bytes);
        (&tensor.name, view.expect("the data of a tensor fits its shape"))
    });
    ::safetensors::serialize(views, None).expect("a model is within the limits of the format")
}

/// Overwrites `model` by the tensors in the contents of a safetensors file.
///
/// # Errors
/// If the bytes are malformed, or hold other tensors than the model; it is then unchanged.
pub fn load_into<P: Params>(model: &mut P, bytes: &[u8]) -> Result<(), LoadError> {
    let file = SafeTensors::deserialize(bytes).map_err(LoadError::Format)?;
    let expected = model.tensors();
    let mut mismatches = Vec::new();
    for tensor in &expected {
        let name = || tensor.name.clone();
        let Ok(found) = file.tensor(&tensor.name) else {
            mismatches.push(Mismatch::Missing(name()));
            continue;
        };
        if found.shape() != tensor.shape {
            let (found, expected) = (found.shape().to_vec(), tensor.shape.to_vec());
            mismatches.push(Mismatch::Shape { tensor: name(), found, expected });
        }
        if found.dtype() != dtype::<P::Float>() {
            let (found, expected) = (found.dtype().to_string(), dtype::<P::Float>().to_string());
            mismatches.push(Mismatch::Type { tensor: name(), found, expected });
        }
    }
    let mut unknown: Vec<&str> = file.names();
    unknown.retain(|&name| expected.iter().all(|tensor| tensor.name != name));
    unknown.sort_unstable();
    mismatches.extend(unknown.into_iter().map(|name| Mismatch::Unknown(name.to_owned())));
    if !mismatches.is_empty() {
        return Err(LoadError::Mismatch(mismatches));
    }
    let names: Vec<String> = expected.into_iter().map(|tensor| tensor.name).collect();
    // Everything fits: the tensors follow each other in the flat slice, in the order of the names.
    let mut elements = model.as_mut_slice().iter_mut();
    for name in &names {
        let data = file.tensor(name).map_err(LoadError::Format)?.data();
        for (bytes, element) in data.chunks_exact(size_of::<P::Float>()).zip(&mut elements) {
            *element = from_little_endian(bytes);
        }
    }
    Ok(())
}

/// Writes the model to a safetensors file, replacing one of that name.
///
/// The file is written beside it under another name, and then renamed: whatever happens, `path`
/// holds either the old file or the new one.
///
/// # Errors
/// If the file cannot be written or renamed.
pub fn save<P: Params>(model: &P, path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path has no file name"));
    };
    let (mut file, beside) = create_beside(path, name)?;
    // On disk before it takes the place of the old file.
    let written = file.write_all(&to_bytes(model)).and_then(|()| file.sync_all());
    // Some systems rename no file that is open.
    drop(file);
    let written = written.and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Overwrites `model` by the tensors of a safetensors file.
///
/// # Errors
/// If the file cannot be read, is malformed, or holds other tensors than the model; the model is
/// then unchanged.
pub fn load<P: Params>(model: &mut P, path: impl AsRef<Path>) -> Result<(), LoadError> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|error| LoadError::Io(path.to_owned(), error))?;
    load_into(model, &bytes)
}

/// A new file beside `path`, and where it is. Its name belongs to this call alone, among threads, processes, and
/// machines that write to one folder.
fn create_beside(path: &Path, name: &OsStr) -> io::Result<(fs::File, PathBuf)> {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    loop {
        let mut beside = OsString::from(".");
        beside.push(name);
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        beside.push(std::format!(".{}-{call}.part", std::process::id()));
        let beside = path.with_file_name(beside);
        match fs::File::create_new(&beside) {
            // A process of the same number, elsewhere or long ago.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, beside)),
        }
    }
}

fn dtype<F: Float>() -> Dtype {
    if size_of::<F>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

/// The format is little-endian on every machine.
fn little_endian<F: Float>(values: &[F]) -> Vec<u8> {
    let mut bytes = bytemuck::cast_slice(values).to_vec();
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(size_of::<F>()).for_each(<[u8]>::reverse);
    }
    bytes
}

fn from_little_endian<F: Float>(bytes: &[u8]) -> F {
    let mut value: F = bytemuck::pod_read_unaligned(bytes);
    if cfg!(target_endian = "big") {
        bytemuck::bytes_of_mut(&mut value).reverse();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::tests::{Net, Vector};

    #[test]
    fn there_and_back() {
        let model = Net::init(4);
        let mut other = Net::zeros();
        load_into(&mut other, &to_bytes(&model)).unwrap();
        assert_eq!(other, model);
        let single = Vector { x: [1.0f32, f32::MIN_POSITIVE, f32::INFINITY] };
        let mut other = Vector { x: [0.0; 3] };
        load_into(&mut other, &to_bytes(&single)).unwrap();
        assert_eq!(other, single);
    }

    #[test]
    fn names_are_those_of_the_fields() {
        let bytes = to_bytes(&Net::init(4));
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let weight = file.tensor("blocks.1.weight").unwrap();
        assert_eq!((weight.shape(), weight.dtype()), (&[2, 2][..], Dtype::F64));
        assert_eq!(file.tensor("scale").unwrap().shape(), &[] as &[usize]);
    }

    fn mismatches<P: Params + Clone + PartialEq + fmt::Debug>(mut model: P, bytes: &[u8]) -> Vec<Mismatch> {
        let before = model.clone();
        let Err(LoadError::Mismatch(mismatches)) = load_into(&mut model, bytes) else { panic!() };
        assert_eq!(model, before, "unchanged on error");
        mismatches
    }

    #[test]
    fn every_mismatch_is_reported_and_the_model_unchanged() {
        let found = mismatches(Vector { x: [1.0f64; 2] }, &to_bytes(&Vector { x: [1.0f32; 3] }));
        let text: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["`x` has shape [3], expected [2]", "`x` has type F32, expected F64"]);
        let found = mismatches(Vector { x: [1.0f64; 2] }, &to_bytes(&Net::init(0)));
        assert_eq!(found[0], Mismatch::Missing("x".into()));
        assert_eq!(found[1], Mismatch::Unknown("blocks.0.bias".into()));
        assert_eq!(found.len(), 10);
    }

    #[test]
    fn bytes_that_are_no_file() {
        let mut model = Net::init(0);
        let mut bytes = to_bytes(&model);
        for length in [0, 7, 8, 100, bytes.len() - 1] {
            let error = load_into(&mut model, &bytes[..length]).unwrap_err();
            assert!(error.to_string().starts_with("not a safetensors file: "), "{error}");
        }
        bytes[8] = b'!';
        assert!(matches!(load_into(&mut model, &bytes), Err(LoadError::Format(_))));
    }

    #[test]
    fn files_are_replaced_whole() {
        let folder = std::env::temp_dir().join(std::format!("chainrule-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("model.safetensors");
        for seed in [1, 2] {
            save(&Net::init(seed), &path).unwrap();
            let mut model = Net::zeros();
            load(&mut model, &path).unwrap();
            assert_eq!(model, Net::init(seed));
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left over");
        let error = load(&mut Net::init(0), folder.join("none")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read "), "{error}");
        assert!(save(&Net::init(0), folder.join("no").join("folder")).is_err());
        assert!(save(&Net::init(0), "/").is_err());
        // A folder of that name stands in the way of the last step.
        fs::create_dir_all(folder.join("taken").join("inside")).unwrap();
        assert!(save(&Net::init(0), folder.join("taken")).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "nothing is left over");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn threads_that_save_to_one_path_do_not_meet() {
        let folder = std::env::temp_dir().join(std::format!("chainrule-threads-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("model.safetensors");
        std::thread::scope(|scope| {
            for seed in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        save(&Net::init(seed), path).unwrap();
                        load(&mut Net::zeros(), path).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left over");
        fs::remove_dir_all(&folder).unwrap();
    }
}
