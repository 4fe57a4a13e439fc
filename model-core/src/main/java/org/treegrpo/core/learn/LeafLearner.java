package org.treegrpo.core.learn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.objective.LeafLoss;
import org.treegrpo.core.process.NoiseProcess;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.tree.GrownShare;

/**
 * Learns from the leaves alone (ALGORITHMS.md section 3.2): each is noised again to several times,
 * and the loss is closed-form in the network's output there. The times are those of the round, one
 * in each of as many equal parts of (0, 1]; noise is keyed by leaf and draw.
 */
final class LeafLearner implements Learner {

  private final LearnContext context;
  private final LeafLoss loss;

  LeafLearner(LearnContext context, LeafLoss loss) {
    this.context = context;
    this.loss = loss;
  }

  @Override
  public boolean needs(Need need) {
    return switch (need) {
      case LEAVES, OLD -> true;
      case REFERENCE -> context.penalties().needReference();
    };
  }

  @Override
  public Stream<? extends LearnBatch> batches(GrownShare share, ShareCredit credit) {
    Credit leaves = credit.leaves();
    int[] trained = IntStream.range(0, leaves.size()).filter(leaves::trains).toArray();
    List<int[]> chunks = chunks(trained, context.maxBatch());
    return IntStream.range(0, context.leaves().draws())
        .boxed()
        .flatMap(draw -> chunks.stream().map(rows -> batch(share, rows, draw, leaves)));
  }

  private LearnBatch batch(GrownShare share, int[] rows, int draw, Credit leaves) {
    int draws = context.leaves().draws();
    NoisedLeaves noised = new NoisedLeaves(share, rows, process(), time(draw), Keys.RENOISE, draw);
    double[] weights =
        Arrays.stream(rows).mapToDouble(row -> leaves.weights()[row] / draws).toArray();
    double[] advantages =
        Arrays.stream(rows)
            .mapToDouble(row -> leaves.advantages()[row] / context.clamp())
            .toArray();
    return new LeafBatch(noised, loss, context.penalties(), advantages, weights);
  }

  /** Stratified: part {@code draw} of (0, 1] holds it. */
  private double time(int draw) {
    long key = Keys.of(context.key().runSeed(), context.key().round(), Keys.RENOISE, draw);
    return (draw + 1 - Keys.uniform(key)) / context.leaves().draws();
  }

  private NoiseProcess process() {
    return context.sampler().process();
  }

  static List<int[]> chunks(int[] rows, int most) {
    return IntStream.range(0, (rows.length + most - 1) / most)
        .mapToObj(i -> Arrays.copyOfRange(rows, i * most, Math.min(rows.length, (i + 1) * most)))
        .toList();
  }
}
