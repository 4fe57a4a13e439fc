package org.treegrpo.core.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as this project writes it: in lower-case hexadecimal. */
public final class Sha256 {

  private Sha256() {}

  /** For what comes piece by piece; {@link #hex(MessageDigest)} ends it. */
  public static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of all that {@code digest} was given; ends it. */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of the text's UTF-8 bytes. */
  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of bytes. */
  public static String of(byte[] bytes) {
    MessageDigest digest = newDigest();
    digest.update(bytes);
    return hex(digest);
  }

  /** Of all that is left in {@code content}, which stays open. */
  public static String of(InputStream content) throws IOException {
    MessageDigest digest = newDigest();
    new DigestInputStream(content, digest).transferTo(OutputStream.nullOutputStream());
    return hex(digest);
  }
}
