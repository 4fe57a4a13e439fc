package org.treegrpo.core.learn;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;

/**
 * A learner with the late anchor (ALGORITHMS.md section 3.3): beta mean((v_theta - v_base)^2) on
 * leaves noised again to the times of the last steps, those after the window only: no reward
 * reaches them. A few leaves a step, evenly spaced over the round; the loss is the mean over them.
 * The steps between the window and the last ones are left free: windows of other rounds train them,
 * and an anchor there holds back what is to be learned.
 */
public final class LateAnchor implements Learner {

  private final Learner learner;
  private final LearnContext context;
  private final double beta;
  private final int rows;
  private final int steps;

  /**
   * @param learner whatever else the policy learns from
   * @param beta weight of the anchor, positive
   * @param rows leaves a step and round; all of the round's if it has fewer
   * @param steps how many of the last steps are anchored, at least 1
   */
  public LateAnchor(Learner learner, LearnContext context, double beta, int rows, int steps) {
    this.learner = learner;
    this.context = context;
    this.beta = beta;
    this.rows = rows;
    this.steps = steps;
  }

  /**
   * The first anchored step of a rollout; its number of steps where the window takes the last ones.
   */
  public static int first(BranchSchedule schedule, int steps) {
    return Math.max(schedule.end(), schedule.steps() - steps);
  }

  @Override
  public boolean needs(Need need) {
    return learner.needs(need) || need == Need.LEAVES || need == Need.REFERENCE;
  }

  @Override
  public Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit) {
    BranchSchedule schedule = share.forest().schedule();
    Stream<? extends LearnBatch> anchors =
        IntStream.range(first(schedule, steps), schedule.steps())
            .boxed()
            .flatMap(step -> anchors(share, step));
    return Stream.concat(learner.batches(share, credit), anchors);
  }

  private Stream<LearnBatch> anchors(GrownShare share, int step) {
    Sampler sampler = context.sampler();
    BranchSchedule schedule = share.forest().schedule();
    int late = schedule.steps() - first(schedule, steps);
    int picked = Math.min(rows, context.trees() * schedule.leaves());
    // an optimiser step sees its part of the round's trees
    double weight = beta * context.steps() / ((double) picked * late);
    int[] leaves =
        IntStream.range(0, share.forest().leaves())
            .filter(leaf -> isPicked(share.forest(), leaf, step, picked))
            .toArray();
    return LeafLearner.chunks(leaves, context.maxBatch()).stream()
        .map(
            chunk ->
                new Anchor(
                    new NoisedLeaves(
                        share, chunk, sampler.process(), sampler.time(step), Keys.ANCHOR, step),
                    weight));
  }

  /** Exactly {@code picked} of the round's leaves, from a place that the round and step draw. */
  private boolean isPicked(Forest forest, int leaf, int step, int picked) {
    int row = forest.leafRow(leaf);
    int ofTree = forest.schedule().leaves();
    long total = (long) context.trees() * ofTree;
    long index =
        (long) context.treeIndex().applyAsInt(forest.seed(row)) * ofTree
            + forest.seed(row).topology().position(forest.node(row));
    long key = Keys.of(context.key().runSeed(), context.key().round(), Keys.ANCHOR, step);
    long place = (index + (long) (Keys.uniform(key) * total)) % total;
    return (place + 1) * picked / total > place * picked / total;
  }

  /** Leaves at one late step. */
  private static final class Anchor implements LearnBatch {

    private final NoisedLeaves noised;
    private final double weight;
    private double loss;

    Anchor(NoisedLeaves noised, double weight) {
      this.noised = noised;
      this.weight = weight;
    }

    @Override
    public boolean needs(Need need) {
      return need == Need.REFERENCE;
    }

    @Override
    public float[] latents() {
      return noised.states();
    }

    @Override
    public float timestep() {
      return noised.timestep();
    }

    @Override
    public List<Conditioning> conditioning() {
      return noised.conditioning();
    }

    @Override
    public float[] cotangent(Outputs outputs) {
      float[] cotangent = new float[outputs.current().length];
      for (int row = 0; row < noised.rows(); row++) {
        int offset = row * noised.elements();
        double[] gradient = new double[noised.elements()];
        loss +=
            Penalties.addVelocityKl(
                weight, outputs.current(), outputs.reference(), offset, gradient);
        for (int i = 0; i < gradient.length; i++) {
          cotangent[offset + i] = (float) gradient[i];
        }
      }
      return cotangent;
    }

    @Override
    public LearnResult result() {
      return new LearnResult(loss, 0, loss, 0, 0, 0, 0, 0, noised.rows());
    }
  }
}
