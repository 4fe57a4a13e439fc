package org.treegrpo.job.files;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.io.ReadableSource;

/** A file of a Hadoop file system as a source of tensors. */
public record HadoopSource(FileSystem fs, Path file) implements ReadableSource {

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public long length() throws IOException {
    return fs.getFileStatus(file).getLen();
  }

  @Override
  public InputStream open(long offset) throws IOException {
    FSDataInputStream in = fs.open(file);
    try {
      in.seek(offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return in;
  }
}
