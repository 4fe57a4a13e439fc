package org.treegrpo.job.executor;

import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.spark.WeightBroadcast;

/** A network in the hands of one run, lent to one task at a time. */
final class PolicySlot {

  private static final long NOTHING = -1;

  private final Network network;
  private final GuidedDenoiser denoiser;
  private final TreeGrower grower;
  private long installed = NOTHING;
  private String fingerprint = "";

  PolicySlot(Recipe recipe, Network network) {
    this.network = network;
    this.denoiser = recipe.denoiser(network.policy());
    this.grower = new TreeGrower(denoiser, recipe.sampler(), recipe.trees());
  }

  Network network() {
    return network;
  }

  Policy policy() {
    return network.policy();
  }

  GuidedDenoiser denoiser() {
    return denoiser;
  }

  /** Kept for the run: it reuses the memory of closed shares. */
  TreeGrower grower() {
    return grower;
  }

  ImageDecoder decoder() {
    return network.decoder();
  }

  /** {@link WeightBroadcast#fingerprint} of the weights that are installed. */
  String fingerprint() {
    return fingerprint;
  }

  /** Whether a version of the weights is installed. */
  boolean has(long version) {
    return version == installed;
  }

  /** Installs a version of the weights unless it is there already. */
  void install(WeightBroadcast weights) {
    if (!has(weights.version())) {
      int size = network.policy().parameters().size();
      if (weights.size() != size) {
        throw new IllegalStateException(
            "the driver has sent %d weights; the network here has %d to train"
                .formatted(weights.size(), size));
      }
      installed = NOTHING; // until it is there as a whole
      network.policy().install(weights.stream());
      installed = weights.version();
      fingerprint = weights.fingerprint(); // which the stream has checked
    }
  }
}
