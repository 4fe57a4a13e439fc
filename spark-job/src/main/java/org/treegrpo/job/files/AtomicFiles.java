package org.treegrpo.job.files;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * Commits whole files: written under a temporary name in the same directory, closed, renamed; where
 * a file appears as a whole when it is closed, as on object stores, under its own name. A reader
 * sees the old file, the new one, or none, never a part; after a failure nothing is left over.
 */
public final class AtomicFiles {

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it, again where it is called again; the stream is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFiles() {}

  /** Writes a new file, creating its directory; one of that name must not exist. */
  public static void create(FileSystem fs, Path target, Content content) throws IOException {
    AtomicBoolean ours = new AtomicBoolean(); // an attempt may have succeeded and not know it
    WriteRetries.Write check =
        () -> {
          if (!ours.get()) {
            requireNew(fs, target);
          }
        };
    commit(
        fs,
        target,
        content,
        temporary -> {
          // rename() would refuse on HDFS and overwrite on a local disk.
          check.run();
          if (ours.getAndSet(true)) {
            fs.delete(target, false);
          }
          rename(fs, temporary, target);
        },
        () -> {
          check.run();
          ours.set(true);
        });
  }

  private static void requireNew(FileSystem fs, Path target) throws IOException {
    if (fs.exists(target)) {
      throw new FileAlreadyExistsException(target + ": exists already, remove it first");
    }
  }

  /** Writes a file in the place of an earlier one, if there is one. */
  public static void replace(FileSystem fs, Path target, Content content) throws IOException {
    commit(
        fs,
        target,
        content,
        temporary -> {
          // rename() overwrites at once on a local disk, where FileContext would delete first.
          if (fs.getUri().getScheme().equals("file")) {
            rename(fs, temporary, target);
          } else {
            fs.mkdirs(target.getParent()); // FileContext goes past whoever guards this file system
            FileContext.getFileContext(fs.getUri(), fs.getConf())
                .rename(
                    fs.makeQualified(temporary),
                    fs.makeQualified(target),
                    Options.Rename.OVERWRITE);
          }
        },
        () -> {});
  }

  /**
   * Whether a file of this store is there when its stream is closed, and not before: an object. A
   * rename would be a copy there.
   */
  public static boolean appearWhole(FileSystem fs, Path file) throws IOException {
    return fs.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM);
  }

  /**
   * Opens a file that is not there, to be written in one go: of several at the same time one
   * succeeds, the others fail here, or where a file appears whole, when they close it.
   */
  public static FSDataOutputStream openNew(FileSystem fs, Path file) throws IOException {
    if (!appearWhole(fs, file.getParent())) {
      return fs.create(file, false);
    }
    FSDataOutputStreamBuilder<?, ?> builder = fs.createFile(file);
    builder.overwrite(false);
    builder.opt(Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    return builder.build();
  }

  @FunctionalInterface
  private interface Renaming {
    void apply(Path temporary) throws IOException;
  }

  private static void commit(
      FileSystem fs, Path target, Content content, Renaming renaming, WriteRetries.Write check)
      throws IOException {
    WriteRetries.of(fs)
        .run(
            target,
            () -> {
              Path directory = target.getParent();
              if (!fs.mkdirs(directory)) {
                throw new IOException(directory + ": cannot be created");
              }
              if (appearWhole(fs, directory)) {
                check.run();
                writeObject(fs, target, content);
              } else {
                writeAndRename(fs, target, content, renaming);
              }
            });
  }

  private static void writeObject(FileSystem fs, Path target, Content content) throws IOException {
    try (FSDataOutputStream out = fs.create(target, true)) {
      try {
        content.writeTo(out);
        fs.mkdirs(target.getParent()); // asks whoever guards this file system once more
      } catch (IOException | RuntimeException | Error e) {
        out.abort(); // else closing it would make half a file a whole one
        throw e;
      }
    } catch (IOException e) {
      throw named(target, e);
    }
  }

  private static void writeAndRename(FileSystem fs, Path target, Content content, Renaming renaming)
      throws IOException {
    Path temporary = new Path(target.getParent(), "." + target.getName() + ".tmp");
    try {
      try (OutputStream out = fs.create(temporary, true)) {
        content.writeTo(out);
      }
      renaming.apply(temporary);
    } catch (IOException | FSError e) {
      IOException named = named(target, e);
      remove(fs, temporary, named);
      throw named;
    } catch (RuntimeException e) {
      remove(fs, temporary, e);
      throw e;
    }
  }

  /**
   * A failure to write a file as one that names it. A full disk, for one, does not say which file
   * it had no room for; of Hadoop's local file system it is no exception either, but an error.
   *
   * @param failure an {@link IOException} or an {@link FSError}, which carries one
   */
  public static IOException named(Path target, Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable told = failure instanceof FSError && cause != null ? cause : failure;
    if (told instanceof IOException known
        && String.valueOf(known.getMessage()).contains(target.toString())) {
      return known;
    }
    return new IOException(target + ": cannot be written; " + told.getMessage(), failure);
  }

  private static void rename(FileSystem fs, Path from, Path to) throws IOException {
    if (!fs.rename(from, to)) {
      throw new IOException(
          "%s: the file system refused to rename it to %s; the file is not written"
              .formatted(from, to.getName()));
    }
  }

  private static void remove(FileSystem fs, Path temporary, Exception failure) {
    try {
      fs.delete(temporary, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
