package org.treegrpo.job.executor;

import ai.djl.Device;
import java.nio.file.Path;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.round.Recipe;

/** One native policy with its decoder, lent to one task at a time. Owns both. */
final class PolicySlot implements AutoCloseable {

  private final Policy policy;
  private final GuidedDenoiser denoiser;
  private final TreeGrower grower;
  private final ImageDecoder decoder;
  private long installed = -1;

  private PolicySlot(
      Policy policy, GuidedDenoiser denoiser, TreeGrower grower, ImageDecoder decoder) {
    this.policy = policy;
    this.denoiser = denoiser;
    this.grower = grower;
    this.decoder = decoder;
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
      return new PolicySlot(policy, denoiser, grower, decoder);
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

  /** Whether a version of the weights is installed. */
  boolean has(long version) {
    return version == installed;
  }

  /** Installs a version of the weights unless it is there already. */
  void install(long version, float[] weights) {
    if (!has(version)) {
      policy.install(weights);
      installed = version;
    }
  }

  @Override
  public void close() {
    try (policy) {
      decoder.close();
    }
  }
}
