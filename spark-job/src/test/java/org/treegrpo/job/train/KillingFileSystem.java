package org.treegrpo.job.train;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * A local file system whose process dies as planned ({@link Kills}): before it creates a file, with
 * half of the file written, before it closes or renames it, and right after the rename. A moment is
 * called {@code "write round-000002 policy.safetensors"}.
 */
public final class KillingFileSystem extends LocalFileSystem {

  public KillingFileSystem() {
    super(new Raw());
  }

  private static String file(Path path) {
    String name = path.getName().replaceFirst("^\\.(.*)\\.tmp$", "$1");
    return path.getParent().getName() + " " + name;
  }

  private static final class Raw extends RawLocalFileSystem {

    @Override
    public FSDataOutputStream create(
        Path file,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      Kills.at("create " + file(file));
      OutputStream out =
          super.create(file, overwrite, bufferSize, replication, blockSize, progress);
      return new FSDataOutputStream(new Dying(out, file(file)), null);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      Kills.at("rename " + file(to));
      boolean renamed = super.rename(from, to);
      Kills.at("renamed " + file(to));
      return renamed;
    }
  }

  private static final class Dying extends FilterOutputStream {

    private final String file;

    Dying(OutputStream out, String file) {
      super(out);
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int half = length / 2;
      out.write(bytes, offset, half);
      out.flush();
      Kills.at("write " + file);
      out.write(bytes, offset + half, length - half);
    }

    @Override
    public void close() throws IOException {
      out.flush();
      Kills.at("close " + file);
      out.close();
    }
  }
}
