package org.treegrpo.reward;

/**
 * The device of a reward has too little memory for it. This is no matter of single images: where
 * something is trained on the reward, nothing is scored any more.
 */
public final class RewardMemoryException extends RewardException {

  private static final long serialVersionUID = 1L;

  /**
   * @param reward its name
   * @param pass what was tried, on which device
   * @param reason what the library says
   */
  public RewardMemoryException(String reward, String pass, String reason, Throwable cause) {
    super(
        "reward '%s': %s needs more memory than there is; give the device to fewer task slots, set the reward's option device to another one, or start a new run with a lower treegrpo.reward-workers.chunk-rows (chunk-rows of a rank reward); %s"
            .formatted(reward, pass, reason),
        cause);
  }
}
