package org.treegrpo.job.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.treegrpo.core.base.Sha256;

/** Counts and fingerprints the bytes that pass. */
final class DigestingOutputStream extends FilterOutputStream {

  private final MessageDigest digest = Sha256.newDigest();
  private long size;

  DigestingOutputStream(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int value) throws IOException {
    out.write(value);
    digest.update((byte) value);
    size++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    digest.update(bytes, offset, length);
    size += length;
  }

  /** The manifest entry of all bytes so far; ends the digest. */
  Manifest.Entry entry() {
    return new Manifest.Entry(size, Sha256.hex(digest));
  }
}
