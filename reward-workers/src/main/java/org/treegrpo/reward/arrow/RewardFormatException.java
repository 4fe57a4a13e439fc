package org.treegrpo.reward.arrow;

import java.io.IOException;
import org.treegrpo.core.base.UserError;

/** Bytes that are not a reward batch as {@link RewardBatchCodec} writes it. */
public class RewardFormatException extends IOException implements UserError {

  private static final long serialVersionUID = 1L;

  RewardFormatException(String message) {
    super(message);
  }

  RewardFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
