package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProviders;
import org.treegrpo.reward.TextReader;

/** One native policy with its decoder, lent to one task at a time. Owns both. */
final class PolicySlot implements AutoCloseable {

  private final Policy policy;
  private final GuidedDenoiser denoiser;
  private final TreeGrower grower;
  private final ImageDecoder decoder;
  private final List<RewardDefinition> rewards;
  private final List<Reward> readers = new ArrayList<>();
  private long installed = -1;

  PolicySlot(
      Policy policy,
      GuidedDenoiser denoiser,
      TreeGrower grower,
      ImageDecoder decoder,
      List<RewardDefinition> rewards) {
    this.policy = policy;
    this.denoiser = denoiser;
    this.grower = grower;
    this.decoder = decoder;
    this.rewards = rewards;
  }

  Policy policy() {
    return policy;
  }

  GuidedDenoiser denoiser() {
    return denoiser;
  }

  /** Kept for the run: it reuses the memory of closed shares. */
  TreeGrower grower() {
    return grower;
  }

  ImageDecoder decoder() {
    return decoder;
  }

  /** Installs a version of the weights unless it is there already. */
  void install(long version, float[] weights) {
    if (version != installed) {
      policy.install(weights);
      installed = version;
    }
  }

  /**
   * What the rewards that read make of images.
   *
   * @return {@code [image][reward]}, null for a reward that does not read
   */
  String[][] read(ImageBatch images) {
    String[][] texts = new String[images.rows()][rewards.size()];
    try {
      openReaders();
      for (int reward = 0; reward < readers.size(); reward++) {
        if (readers.get(reward) instanceof TextReader reader) {
          List<String> read = reader.read(images);
          for (int i = 0; i < texts.length; i++) {
            texts[i][reward] = read.get(i);
          }
        }
      }
    } catch (RewardException e) {
      throw new ExecutorException(e.getMessage(), e);
    }
    return texts;
  }

  private void openReaders() throws RewardException {
    if (readers.isEmpty()) {
      for (RewardDefinition reward : rewards) {
        readers.add(RewardProviders.create(reward));
      }
    }
  }

  @Override
  public void close() {
    try (policy;
        decoder) {
      readers.forEach(Reward::close);
    }
  }
}
