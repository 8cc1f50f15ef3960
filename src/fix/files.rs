//! How files are written: whoever reads one meanwhile sees the old one or the new one, and nothing between, unless that
//! would take it from its owner or from its other names. Refuses to know what is written.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::Path;

/// Replaces a file, or makes it. One that may not be written to is left alone, although its folder would allow to put
/// another in its place; one whose folder allows nothing, and one that others own or that has several names, is written
/// into.
///
/// # Errors
/// The file or its folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let old = std::fs::metadata(&path).ok();
    if let Some(old) = &old {
        // The superuser may open what nobody may write.
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        OpenOptions::new().write(true).open(&path)?;
    }
    let is_put = match put(&path, bytes, old.as_ref()) {
        Err(error) if old.is_some() && is_forbidden(&error) => false,
        result => result?,
    };
    if is_put { Ok(()) } else { overwrite(&path, bytes) }
}

/// Makes sure that a file can be written, and changes nothing.
///
/// # Errors
/// It cannot.
pub fn probe(path: &Path) -> io::Result<()> {
    if path.exists() {
        return OpenOptions::new().append(true).open(path).map(drop);
    }
    builder().tempfile_in(folder_of(path)).map(drop)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Puts a new file in the place of the old one; says whether that would be the same file to others.
fn put(path: &Path, bytes: &[u8], old: Option<&Metadata>) -> io::Result<bool> {
    if old.is_some_and(has_other_names) {
        return Ok(false);
    }
    let mut made = builder().tempfile_in(folder_of(path))?;
    if let Some(old) = old {
        if !have_one_owner(old, &made.as_file().metadata()?) {
            return Ok(false);
        }
        made.as_file().set_permissions(old.permissions())?;
    }
    made.write_all(bytes)?;
    made.persist(path).map_err(|error| error.error)?;
    Ok(true)
}

/// Writes into a file; where that fails, it gets back what it held.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let before = std::fs::read(path);
    let mut file = OpenOptions::new().write(true).open(path)?;
    fill(&mut file, bytes).inspect_err(|_| {
        if let Ok(before) = before {
            let _ = fill(&mut file, &before);
        }
    })
}

fn fill(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)
}

/// Makes files that others may read, as an editor does; the user's mask has the last word.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-").permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-");
    builder
}

#[cfg(unix)]
fn has_other_names(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn have_one_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.uid(), one.gid()) == (other.uid(), other.gid())
}

#[cfg(not(unix))]
fn have_one_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}
