//! IDX, the form of MNIST: a header of big-endian numbers, then bytes. Images and labels are two files.

use std::path::{Path, PathBuf};

use super::{DataError, Place, Samples, load};

const IMAGES: u32 = 0x803;
const LABELS: u32 = 0x801;
/// Rows and columns of an image.
const SIDE: u32 = 28;
const CLASSES: u8 = 10;

/// Whether a file is meant to be IDX of bytes, packed or not: no line of a table begins like this.
pub(super) fn is_idx(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0, 0, 8]) || is_packed(bytes)
}

fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The images in `bytes` with the labels of another file.
pub(super) fn read(path: &Path, bytes: &[u8], labels: Option<&Path>) -> Result<Samples, DataError> {
    let pixels = parse_images(path, bytes)?;
    let labels = match labels {
        Some(labels) => labels.to_owned(),
        None => usual_labels(path).ok_or_else(|| {
            let problem =
                "has no `images` in its name to find its labels by: say where they are with --labels";
            DataError::new(path, Place::Whole, problem)
        })?,
    };
    let bytes = load(&labels)?;
    join(&labels, pixels, parse_labels(&labels, &bytes)?)
}

/// Where the images of the test lie that belong to these images of the training.
pub(super) fn test_images(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    Some(path.with_file_name(format!("t10k{}", name.strip_prefix("train")?)))
}

/// `train-images-idx3-ubyte` has its labels in `train-labels-idx1-ubyte`.
fn usual_labels(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let labels = name.contains("images").then(|| name.replace("images", "labels").replace("idx3", "idx1"));
    labels.map(|name| path.with_file_name(name))
}

fn join(labels: &Path, pixels: &[u8], classes: &[u8]) -> Result<Samples, DataError> {
    let features = (SIDE * SIDE) as usize;
    let images = pixels.len() / features;
    if classes.len() != images {
        let problem = format!("{} labels, expected {images}, one for each image", classes.len());
        return Err(DataError::new(labels, Place::Whole, problem));
    }
    let values = pixels.iter().map(|&grey| f32::from(grey) / 255.0).collect();
    Ok(Samples::new(features, values, classes.iter().map(|&class| u32::from(class)).collect()))
}

fn parse_images<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a [u8], DataError> {
    let [count, rows, columns] = header(file, bytes, IMAGES, "images")?;
    if (rows, columns) != (SIDE, SIDE) {
        let problem = format!("images of {rows} × {columns}, expected {SIDE} × {SIDE}");
        return Err(DataError::new(file, Place::Byte(8), problem));
    }
    body(
        file,
        bytes,
        16,
        u64::from(count) * u64::from(SIDE * SIDE),
        &format!("{count} images of {SIDE} × {SIDE}"),
    )
}

fn parse_labels<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a [u8], DataError> {
    let [count] = header(file, bytes, LABELS, "labels")?;
    let labels = body(file, bytes, 8, u64::from(count), &format!("{count} labels"))?;
    match labels.iter().position(|&label| label >= CLASSES) {
        None => Ok(labels),
        Some(place) => {
            let problem = format!("label {}, expected 0 to {}", labels[place], CLASSES - 1);
            Err(DataError::new(file, Place::Byte(8 + place), problem))
        }
    }
}

/// The sizes that follow the magic number.
fn header<const N: usize>(file: &Path, bytes: &[u8], magic: u32, what: &str) -> Result<[u32; N], DataError> {
    if is_packed(bytes) {
        return Err(DataError::new(file, Place::Whole, "packed by gzip, expected it unpacked"));
    }
    let length = 4 + 4 * N;
    let (numbers, _) = bytes.as_chunks::<4>();
    if numbers.len() <= N {
        let problem = format!("ends within the header of {length} bytes");
        return Err(DataError::new(file, Place::Byte(bytes.len()), problem));
    }
    let found = u32::from_be_bytes(numbers[0]);
    if found != magic {
        let hint = match found {
            IMAGES => " (these are images)",
            LABELS => " (these are labels)",
            _ => "",
        };
        let problem = format!("magic number {found:#x}{hint}, expected {magic:#x}, that of {what}");
        return Err(DataError::new(file, Place::Byte(0), problem));
    }
    Ok(std::array::from_fn(|place| u32::from_be_bytes(numbers[place + 1])))
}

/// What follows the header, no byte more or less.
fn body<'a>(
    file: &Path,
    bytes: &'a [u8],
    header: usize,
    expected: u64,
    what: &str,
) -> Result<&'a [u8], DataError> {
    let body = &bytes[header..];
    if body.len() as u64 == expected {
        return Ok(body);
    }
    let problem = format!("ends here, expected {} bytes: {what}", header as u64 + expected);
    Err(DataError::new(file, Place::Byte(bytes.len()), problem))
}

#[cfg(test)]
mod tests {
    use super::super::Digits;
    use super::*;
    use std::fs;

    fn images(count: u32, pixels: usize) -> Vec<u8> {
        let header = [IMAGES, count, SIDE, SIDE].map(u32::to_be_bytes).concat();
        header.into_iter().chain((0..pixels).map(|place| (place % 256) as u8)).collect()
    }

    fn labels(count: u32, labels: &[u8]) -> Vec<u8> {
        [&LABELS.to_be_bytes()[..], &count.to_be_bytes(), labels].concat()
    }

    fn error_of_images(bytes: &[u8]) -> String {
        parse_images(Path::new("images"), bytes).unwrap_err().to_string()
    }

    fn error_of_labels(bytes: &[u8]) -> String {
        parse_labels(Path::new("labels"), bytes).unwrap_err().to_string()
    }

    #[test]
    fn images_with_labels() {
        let (images, labels) = (images(2, 2 * 784), labels(2, &[7, 0]));
        let pixels = parse_images(Path::new("images"), &images).unwrap();
        let samples =
            join(Path::new("labels"), pixels, parse_labels(Path::new("labels"), &labels).unwrap()).unwrap();
        assert_eq!(samples.labels, [7, 0]);
        assert_eq!(samples.rows::<784>()[0][255], 1.0);
        assert_eq!(samples.rows::<784>()[1][0], 16.0 / 255.0);
    }

    #[test]
    fn wrong_images() {
        let good = images(2, 2 * 784);
        assert_eq!(error_of_images(&good[..10]), "images: byte 10: ends within the header of 16 bytes");
        assert_eq!(
            error_of_images(&good[..1000]),
            "images: byte 1000: ends here, expected 1584 bytes: 2 images of 28 × 28"
        );
        assert_eq!(
            error_of_images(&images(2, 2000)),
            "images: byte 2016: ends here, expected 1584 bytes: 2 images of 28 × 28"
        );
        assert_eq!(
            error_of_images(&[&labels(8, &[0; 8])[..], &[0; 8]].concat()),
            "images: byte 0: magic number 0x801 (these are labels), expected 0x803, that of images"
        );
        let mut wide = good;
        wide[15] = 32;
        assert_eq!(error_of_images(&wide), "images: byte 8: images of 28 × 32, expected 28 × 28");
        assert_eq!(error_of_images(&[0x1f, 0x8b, 8, 0]), "images: packed by gzip, expected it unpacked");
    }

    #[test]
    fn wrong_labels() {
        assert_eq!(
            error_of_labels(&labels(3, &[1, 2])),
            "labels: byte 10: ends here, expected 11 bytes: 3 labels"
        );
        assert_eq!(error_of_labels(&labels(3, &[1, 2, 10])), "labels: byte 10: label 10, expected 0 to 9");
        assert_eq!(
            error_of_labels(&images(0, 0)),
            "labels: byte 0: magic number 0x803 (these are images), expected 0x801, that of labels"
        );
        assert_eq!(
            error_of_labels(b"0,1,2,3,4"),
            "labels: byte 0: magic number 0x302c312c, expected 0x801, that of labels"
        );
        let error = join(Path::new("labels"), &[0; 784], &[1, 2]).unwrap_err().to_string();
        assert_eq!(error, "labels: 2 labels, expected 1, one for each image");
    }

    #[test]
    fn files_find_each_other_by_name() {
        let path = Path::new("folder/train-images-idx3-ubyte");
        assert_eq!(usual_labels(path).unwrap(), Path::new("folder/train-labels-idx1-ubyte"));
        assert_eq!(
            usual_labels(Path::new("train-images.idx3-ubyte")).unwrap(),
            Path::new("train-labels.idx1-ubyte")
        );
        assert_eq!(usual_labels(Path::new("pictures")), None);
        assert_eq!(test_images(path).unwrap(), Path::new("folder/t10k-images-idx3-ubyte"));
        assert_eq!(test_images(Path::new("pictures")), None);
    }

    #[test]
    fn a_folder_as_mnist_comes() {
        let folder = std::env::temp_dir().join(format!("idx-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("train-images-idx3-ubyte");
        let read =
            |labels: Option<&str>| Digits::read(&path, labels.map(|name| folder.join(name)).as_deref());

        fs::write(&path, images(5, 5 * 784)).unwrap();
        let error = read(None).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte: "), "{error}");

        fs::write(folder.join("other"), labels(5, &[1, 2, 3, 4, 5])).unwrap();
        let digits = read(Some("other")).unwrap();
        assert_eq!((digits.train.len(), digits.test.len()), (4, 1));

        fs::write(folder.join("train-labels-idx1-ubyte"), labels(5, &[1, 2, 3, 4, 5])).unwrap();
        fs::write(folder.join("t10k-images-idx3-ubyte"), images(3, 3 * 784)).unwrap();
        fs::write(folder.join("t10k-labels-idx1-ubyte"), labels(3, &[1, 2, 3])).unwrap();
        let digits = read(None).unwrap();
        assert_eq!((digits.train.len(), digits.test.len()), (5, 3));

        let pictures = folder.join("pictures");
        fs::rename(&path, &pictures).unwrap();
        let error = Digits::read(&pictures, None).unwrap_err().to_string();
        assert!(error.ends_with("to find its labels by: say where they are with --labels"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
