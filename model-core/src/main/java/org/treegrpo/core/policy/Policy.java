package org.treegrpo.core.policy;

/**
 * A trainable network that maps a noisy latent to a prediction. One instance belongs to one thread
 * at a time; it owns native memory and must be closed.
 *
 * <p>The same batch with the same weights gives the same bytes, with or without gradients:
 * replaying a rollout's batch gives a ratio of exactly 1.
 */
public interface Policy extends AutoCloseable {

  /** Shapes and conventions of the network. */
  PolicySpec spec();

  /** Layout of the flat weight and gradient vectors. */
  ParameterLayout parameters();

  /**
   * Copies the flat weights into the network.
   *
   * @param weights {@code parameters().size()} of them
   */
  default void install(float[] weights) {
    if (weights.length != parameters().size()) {
      throw new IllegalArgumentException(
          "a vector of %d elements does not fit the policy's %d parameters"
              .formatted(weights.length, parameters().size()));
    }
    install(WeightStream.of(weights));
  }

  /** Copies the next {@code parameters().size()} weights of a stream into the network. */
  void install(WeightStream weights);

  /** Copies the network's weights into {@code weights}. */
  void readWeights(float[] weights);

  /**
   * Forward without gradients.
   *
   * @param output receives {@code [B * D]}
   */
  void predict(PolicyBatch batch, float[] output);

  /** Forward that can go backward; the caller closes it. */
  Forward forward(PolicyBatch batch);

  /** Copies the accumulated gradient into {@code gradient} (overwriting it) and zeroes it. */
  void drainGradient(float[] gradient);

  @Override
  void close();
}
