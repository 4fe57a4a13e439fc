package org.treegrpo.core.learn;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.tree.GrownShare;

/** Some leaves of a share, noised again to one time: the input of a forward pass. */
final class NoisedLeaves {

  private final NoiseProcess process;
  private final double time;
  private final int elements;
  private final float[] leaves;
  private final float[] states;
  private final float[] targets;
  private final List<Conditioning> conditioning;

  /**
   * @param rows leaves of the share
   * @param time in the process's unit
   * @param purpose of the noise, one of {@link org.treegrpo.core.random.Keys}
   * @param draw tells the draws of one purpose apart
   */
  NoisedLeaves(
      GrownShare share, int[] rows, NoiseProcess process, double time, long purpose, int draw) {
    this.process = process;
    this.time = time;
    elements = share.elements();
    leaves = new float[rows.length * elements];
    targets = new float[leaves.length];
    float[] eps = new float[elements];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(share.leafLatents(), rows[i] * elements, leaves, i * elements, elements);
    }
    states = leaves.clone();
    for (int i = 0; i < rows.length; i++) {
      share.copyLeafNoise(rows[i], purpose, draw, eps);
      process.noise(time, eps, states, targets, i * elements);
    }
    conditioning = Arrays.stream(rows).mapToObj(share::leafConditioning).toList();
  }

  NoiseProcess process() {
    return process;
  }

  double time() {
    return time;
  }

  int elements() {
    return elements;
  }

  int rows() {
    return conditioning.size();
  }

  /** x0, {@code [B * D]}. */
  float[] leaves() {
    return leaves;
  }

  /** x_t, {@code [B * D]}. */
  float[] states() {
    return states;
  }

  /** v*, {@code [B * D]}. */
  float[] targets() {
    return targets;
  }

  float timestep() {
    return process.modelTime(time);
  }

  List<Conditioning> conditioning() {
    return conditioning;
  }
}
