package org.treegrpo.core.policy;

import ai.djl.Device;

/**
 * How the network of a policy directory is opened.
 *
 * @param trainable which parameters are trained
 * @param device that it runs on
 * @param checkpointing what a forward pass keeps for its backward pass
 * @param residentPrompts of how many prompts the conditionings stay on the device between passes,
 *     at least 1
 */
public record NetworkOptions(
    TrainableParameters trainable,
    Device device,
    Checkpointing checkpointing,
    int residentPrompts) {

  /** All that can be trained, on the CPU, activations kept. */
  public static final NetworkOptions CPU =
      new NetworkOptions(TrainableParameters.ALL, Device.cpu(), Checkpointing.OFF, 8);
}
