package org.treegrpo.core.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes of known length that can be read from any position: a local file, a file of a cluster. */
public interface ReadableSource {

  /** What error messages call it. */
  String name();

  /** Length in bytes. */
  long length() throws IOException;

  /** A stream that starts at byte {@code offset}; the caller closes it. */
  InputStream open(long offset) throws IOException;

  /** A local file. */
  static ReadableSource of(Path file) {
    return new ReadableSource() {
      @Override
      public String name() {
        return file.toString();
      }

      @Override
      public long length() throws IOException {
        return Files.size(file);
      }

      @Override
      public InputStream open(long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        return Channels.newInputStream(channel.position(offset));
      }
    };
  }
}
