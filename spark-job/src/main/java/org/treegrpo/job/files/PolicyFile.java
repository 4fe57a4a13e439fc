package org.treegrpo.job.files;

/**
 * A file of a policy directory, as executors are told of it: a small one is sent along, a large one
 * is fetched by each host.
 *
 * @param name relative to the directory
 * @param uri where it lies
 * @param length in bytes
 * @param sha256 of its content, lower-case hex
 * @param content all of it, or nothing where it is large
 */
public record PolicyFile(String name, String uri, long length, String sha256, byte[] content) {

  /** Larger ones are neither broadcast nor held in a JVM's memory. */
  private static final long LARGEST_SENT = 16L << 20;

  public boolean isLarge() {
    return isLarge(length);
  }

  /** Whether a file of that length is. */
  public static boolean isLarge(long length) {
    return length > LARGEST_SENT;
  }
}
