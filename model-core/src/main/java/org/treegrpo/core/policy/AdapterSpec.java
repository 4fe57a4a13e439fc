package org.treegrpo.core.policy;

import java.util.Map;

/**
 * The LoRA of a policy's network, as {@code policy.json} describes it under {@code lora}.
 *
 * @param component the attribute of the archive's module that holds the network, and what diffusers
 *     calls that part of a pipeline: {@code transformer} or {@code unet}
 * @param scale alpha / r by module, what the network multiplies lora_B lora_A with
 */
public record AdapterSpec(String component, Map<String, Double> scale) {

  public AdapterSpec {
    scale = Map.copyOf(scale);
  }
}
