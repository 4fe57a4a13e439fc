package org.treegrpo.job.train;

import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;

/** Type {@code hooked}: runs code of a test in the same JVM before each call. */
public final class HookedReward extends InterceptedReward {

  private static volatile Hook hook = () -> {};

  /** What a test does. */
  @FunctionalInterface
  interface Hook {
    void run() throws Exception;
  }

  /** Sets what comes before every call from now on. */
  static void beforeEachCall(Hook wanted) {
    hook = wanted;
  }

  @Override
  public String type() {
    return "hooked";
  }

  @Override
  void before(RewardDefinition definition) throws RewardException {
    try {
      hook.run();
    } catch (Exception e) {
      throw new RewardException("the test's hook failed", e);
    }
  }
}
