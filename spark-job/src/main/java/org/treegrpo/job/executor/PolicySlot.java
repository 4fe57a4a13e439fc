package org.treegrpo.job.executor;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.round.Recipe;
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

  private PolicySlot(
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

  /**
   * Loads a policy and its decoder.
   *
   * @param directory a local copy of the policy directory
   * @throws RuntimeException where either cannot be loaded; nothing is left open
   */
  static PolicySlot open(Recipe recipe, Path directory, Device device) {
    Policy policy = Policies.open(recipe.policy(), directory, device);
    try {
      GuidedDenoiser denoiser = recipe.denoiser(policy);
      TreeGrower grower = new TreeGrower(denoiser, recipe.sampler(), recipe.trees());
      int rows = recipe.settings().update().microBatch();
      ImageDecoder decoder = ImageDecoder.open(recipe.policy(), directory, device, rows);
      return new PolicySlot(policy, denoiser, grower, decoder, recipe.rewards());
    } catch (RuntimeException | Error e) {
      policy.close();
      throw e;
    }
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
