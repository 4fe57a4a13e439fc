package org.treegrpo.core.transition;

import java.util.List;
import org.treegrpo.core.process.AffineStep;

/** The process's own deterministic step at each time: Euler, or DDIM with eta = 0. No memory. */
record EulerStretch(List<AffineStep> affine) implements Stretch {

  @Override
  public int steps() {
    return affine.size();
  }

  @Override
  public float modelTime(int step) {
    return affine.get(step).timestep();
  }

  @Override
  public Run begin(float[] clean) {
    return (step, latents, outputs) -> affine.get(step).advance(latents, outputs);
  }
}
