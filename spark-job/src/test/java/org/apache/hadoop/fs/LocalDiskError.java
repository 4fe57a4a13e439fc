package org.apache.hadoop.fs;

import java.io.IOException;

/** What Hadoop's local file system throws where a write fails; only its package can make one. */
public final class LocalDiskError {

  private LocalDiskError() {}

  /** The error of a write that failed for a reason. */
  public static FSError of(String reason) {
    return new FSError(new IOException(reason));
  }
}
