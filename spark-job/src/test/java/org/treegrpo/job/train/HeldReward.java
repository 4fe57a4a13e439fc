package org.treegrpo.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;

/**
 * Type {@code held}: while there is a file of the name in the option {@code gate}, a call writes
 * {@code <gate>.reached} beside it and lasts until the pool ends it.
 */
public final class HeldReward extends InterceptedReward {

  @Override
  public String type() {
    return "held";
  }

  /** Whether a call is held; forgets it, so that the next one can be waited for. */
  static boolean wasReached(Path gate) {
    try {
      return Files.deleteIfExists(reached(gate));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  void before(RewardDefinition definition) throws RewardException {
    Path gate = Path.of(definition.option("gate", ""));
    if (!Files.exists(gate)) {
      return;
    }
    try {
      Files.writeString(reached(gate), "");
      new CountDownLatch(1).await();
    } catch (IOException | InterruptedException e) {
      throw new RewardException("held until the pool was closed", e);
    }
  }

  private static Path reached(Path gate) {
    return gate.resolveSibling(gate.getFileName() + ".reached");
  }
}
