package org.treegrpo.core.policy;

import java.util.List;
import java.util.Objects;

/**
 * The input of one forward pass.
 *
 * @param rows B
 * @param latents {@code [B, C, H, W]} flattened, exactly B * D elements
 * @param timesteps {@code [B]}, in the policy's own units (0..1000)
 * @param conditioning one per row
 */
public record PolicyBatch(
    int rows, float[] latents, float[] timesteps, List<Conditioning> conditioning) {

  public PolicyBatch {
    Objects.requireNonNull(latents, "latents");
    if (rows < 1
        || latents.length % rows != 0
        || timesteps.length != rows
        || conditioning.size() != rows) {
      throw new IllegalArgumentException(
          "batch of %d rows has %d latent elements, %d timesteps, %d conditionings"
              .formatted(rows, latents.length, timesteps.length, conditioning.size()));
    }
  }
}
