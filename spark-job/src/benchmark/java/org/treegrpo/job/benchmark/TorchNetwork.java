package org.treegrpo.job.benchmark;

/** The built-in network through one binding of libtorch: Java arrays in, Java arrays out. */
interface TorchNetwork extends AutoCloseable {

  /** Forward without gradients. */
  float[] predict(NetworkInput input);

  /**
   * Forward with gradients and backward, seeded with the output itself; the gradient is added to
   * what is there.
   *
   * @return the output
   */
  float[] train(NetworkInput input);

  /** The accumulated gradient in the order of the parameters' names; zeroes it. */
  float[] drainGradient();

  @Override
  void close();
}
