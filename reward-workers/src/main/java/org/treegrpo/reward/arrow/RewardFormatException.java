package org.treegrpo.reward.arrow;

import java.io.IOException;

/** Bytes that are not a reward batch as {@link RewardBatchCodec} writes it. */
public class RewardFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  RewardFormatException(String message) {
    super(message);
  }

  RewardFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
