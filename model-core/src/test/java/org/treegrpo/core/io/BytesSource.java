package org.treegrpo.core.io;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A file that is in memory. */
public record BytesSource(String name, byte[] bytes) implements ReadableSource {

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public InputStream open(long offset) {
    int start = Math.toIntExact(offset);
    return new ByteArrayInputStream(bytes, start, bytes.length - start);
  }
}
