package org.treegrpo.core.tree;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.transition.Transition;

/** Seeds and samplers for tests. */
public final class Trees {

  private Trees() {}

  public static Sampler flowSampler(int steps) {
    return sampler(steps, Steps.named("flow-sde"), 0.7);
  }

  public static Sampler sampler(int steps, Transition transition, double eta) {
    Prediction prediction =
        transition.family() == Family.DIFFUSION ? Prediction.EPSILON : Prediction.FLOW_VELOCITY;
    return Sampler.of(
        new SamplerSettings(steps, SigmaSchedule.LINSPACE_SHIFT, 3, transition, eta),
        prediction,
        NoiseSchedule.STABLE_DIFFUSION);
  }

  /** k children at each of w steps from {@code start} on. */
  public static Topology topology(int steps, int start, int branching, int width) {
    return Topology.of(BranchSchedule.window(steps, start, branching, width));
  }

  /** Whole trees 0 .. trees-1 of each prompt. */
  public static Forest forest(Topology topology, int trees, String... promptIds) {
    List<TreeSeed> seeds = new ArrayList<>();
    for (String promptId : promptIds) {
      for (int tree = 0; tree < trees; tree++) {
        seeds.add(new TreeSeed(promptId, tree, topology));
      }
    }
    return new Forest(seeds);
  }

  /** The part of a tree below a path. */
  public static Topology below(Topology tree, String path) {
    NodePath prefix = NodePath.parse(path);
    return tree.split(prefix.depth()).stream()
        .filter(part -> part.path(part.firstAt(prefix.depth())).equals(prefix))
        .findFirst()
        .orElseThrow();
  }

  public static Conditioning conditioning(String promptId) {
    return new Conditioning(List.of(new float[] {promptId.hashCode() % 7 / 10f}));
  }
}
