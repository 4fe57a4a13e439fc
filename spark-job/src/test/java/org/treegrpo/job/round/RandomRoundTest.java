package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;
import org.treegrpo.job.round.RoundWithoutSpark.Learned;
import org.treegrpo.job.round.RoundWithoutSpark.Worker;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.PolicySettings.Guidance;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.arrow.RewardBatchCodec;

/** What holds in a round of any valid configuration, from its seeds to its gradient. */
class RandomRoundTest {

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aRoundHasTheSizesOfTheFormulas(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      ForestSettings shape = round.settings().tree();
      int trees = round.plan().trees();
      Worker worker = round.worker(0);
      List<GrownShare> shares = worker.grow(inOrder(round));
      assertThat(shares.stream().mapToInt(share -> share.forest().leaves()).sum())
          .as("leaves: k^w a tree")
          .isEqualTo(trees * power(shape.branching(), shape.width()));
      Set<String> edges = new HashSet<>();
      Set<String> parents = new HashSet<>();
      for (Share share : round.plan().shares()) {
        for (Edge edge : Edge.of(share.forest())) {
          String tree = tree(edge.tree());
          assertThat(edges.add(tree + edge.path())).as("edge %s once", edge.path()).isTrue();
          parents.add(tree + edge.path().parent());
        }
      }
      int parentsOfATree =
          IntStream.range(0, shape.width()).map(j -> power(shape.branching(), j)).sum();
      assertThat(parents).as("parents: 1 + .. + k^(w-1) a tree").hasSize(trees * parentsOfATree);
      assertThat(edges)
          .as("edges: k + .. + k^w a tree")
          .hasSize(trees * parentsOfATree * shape.branching());
      assertThat(worker.evaluations().rollout())
          .as("rollout evaluations")
          .isEqualTo(rolloutEvaluations(round));
    }
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void theFirstUpdateHasRatioOneAndAFiniteGradient(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      Worker worker = round.worker(0);
      List<GrownShare> shares = worker.grow(inOrder(round));
      RoundCredit credit = round.assign(round.score(shares));
      LearnResult total = LearnResult.ZERO;
      long trainedParents = 0;
      for (int share = 0; share < shares.size(); share++) {
        Learned learned = worker.learn(share, shares, credit);
        for (float slope : learned.gradient()) {
          assertThat(slope).as("gradient of share %d", share).isFinite();
        }
        total = total.plus(learned.result());
        trainedParents += trainedParents(shares.get(share), credit.shares().get(share).edges());
      }
      assertThat(total.maxRatioDeviation()).as("every rho is 1").isZero();
      assertThat(total.clipped()).as("nothing is clipped").isZero();
      assertThat(total.approxKlSum()).as("approximate KL").isZero();
      assertThat(total.edges()).as("masked edges are never trained").isEqualTo(unmasked(credit));
      if (List.of("ppo", "flow-dppo").contains(round.settings().update().surrogate().name())) {
        assertThat(total.loss() - total.klPenalty() - total.outputPenalties())
            .as("the surrogate at rho = 1 is minus the weighted sum of the advantages")
            .isCloseTo(-weightedAdvantages(credit), within(1e-9));
      }
      assertThat(total.klPenalty()).as("KL to another policy").isNotNegative();
      assertThat(total.parents()).as("one training forward a parent").isEqualTo(trainedParents);
      checkTrainingEvaluations(round.settings(), worker, trainedParents);
    }
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void theGradientDependsOnNoOrderAndNoBlocks(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(seed)) {
      Worker worker = round.worker(0);
      List<GrownShare> shares = worker.grow(inOrder(round));
      RoundCredit credit = round.assign(round.score(shares));
      float[] expected = sum(worker, shares, credit, 1, new Random(seed));

      List<Integer> order = inOrder(round);
      Collections.shuffle(order, new Random(seed));
      Worker other = round.worker(1);
      List<GrownShare> again = other.grow(order);
      int blocks = 1 + new Random(seed).nextInt(shares.size());
      assertThat(sum(other, again, credit, blocks, new Random(seed)))
          .as("another network, another order, %d blocks", blocks)
          .containsExactly(expected);
    }
  }

  /**
   * Rounding is that of the terms that are added: where they cancel, their sum is far smaller. The
   * greatest of 448 draws was 6.5e-6 of them; a share that is lost or counted twice is a thousand
   * times that.
   */
  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void theGradientOfTreesSplitAtAnyDepthIsThatOfWholeTrees(@ForAll long seed) {
    ForestSettings forest = RandomSettings.draw(seed).settings().tree();
    float[] whole = sum(gradients(seed, forest.trees()));
    int shares = forest.trees();
    for (int depth = 1; depth <= forest.width(); depth++) {
      shares *= forest.branching();
      List<float[]> parts = gradients(seed, shares);
      float[] split = sum(parts);
      double terms = parts.stream().mapToDouble(RandomRoundTest::greatest).sum();
      double difference = 0;
      for (int i = 0; i < whole.length; i++) {
        difference = Math.max(difference, Math.abs(whole[i] - split[i]));
      }
      assertThat(difference)
          .as("%d shares, whose greatest elements are %s together", shares, terms)
          .isLessThanOrEqualTo(5e-5 * terms);
    }
  }

  private static List<float[]> gradients(long seed, int shares) {
    String setting = "treegrpo.tree.shares=" + shares;
    try (RoundWithoutSpark round = new RoundWithoutSpark(RandomSettings.draw(seed, setting))) {
      Worker worker = round.worker(0);
      List<GrownShare> grown = worker.grow(inOrder(round));
      RoundCredit credit = round.assign(round.score(grown));
      return IntStream.range(0, grown.size())
          .mapToObj(share -> worker.learn(share, grown, credit).gradient())
          .toList();
    }
  }

  private static float[] sum(List<float[]> gradients) {
    PairwiseSum sum = new PairwiseSum(gradients.size());
    for (int share = 0; share < gradients.size(); share++) {
      sum.add(0, share, gradients.get(share));
    }
    return sum.result();
  }

  private static double greatest(float[] gradient) {
    double greatest = 0;
    for (float slope : gradient) {
      greatest = Math.max(greatest, Math.abs(slope));
    }
    return greatest;
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void theSameSeedGrowsTheSameTreesAndTheySurviveTheWire(@ForAll long seed) throws Exception {
    try (RoundWithoutSpark first = new RoundWithoutSpark(seed);
        RoundWithoutSpark second = new RoundWithoutSpark(seed)) {
      List<GrownShare> shares = first.worker(0).grow(inOrder(first));
      List<GrownShare> again = second.worker(1).grow(inOrder(second));
      List<ScoredShare> scored = first.score(shares);
      for (int share = 0; share < shares.size(); share++) {
        double[] logProbs = shares.get(share).logProbs();
        assertThat(again.get(share).logProbs()).as("log-probs").containsExactly(logProbs);
        assertThat(again.get(share).leafLatents())
            .as("leaves")
            .containsExactly(shares.get(share).leafLatents());
        assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(logProbs)))
            .as("log-probs on the wire")
            .containsExactly(logProbs);
        var rewards = scored.get(share).rewards();
        assertThat(RewardBatchCodec.decode(RewardBatchCodec.encode(rewards)))
            .as("scores on the wire, NaN included")
            .isEqualTo(rewards);
      }
    }
  }

  private static List<Integer> inOrder(RoundWithoutSpark round) {
    return new ArrayList<>(IntStream.range(0, round.plan().shares().size()).boxed().toList());
  }

  private static String tree(TreeSeed seed) {
    return seed.promptId() + "/" + seed.tree() + "/";
  }

  /**
   * Section 1.1: i + P + L (T - i - w) a tree. A subtree below d window steps pays for its way
   * there itself: i + d + P' + L' (T - i - w).
   */
  private static long rolloutEvaluations(RoundWithoutSpark round) {
    TrainSettings settings = round.settings();
    int k = settings.tree().branching();
    int w = settings.tree().width();
    int start = round.plan().windowStart();
    long sum = 0;
    for (Share share : round.plan().shares()) {
      for (TreeSeed seed : share.forest().trees()) {
        int prefix = 0;
        while (prefix < w && seed.topology().nodesAt(prefix + 1) == 1) {
          prefix++;
        }
        int parents = prefix + IntStream.range(0, w - prefix).map(j -> power(k, j)).sum();
        sum += start + parents + power(k, w - prefix) * (settings.sampler().steps() - start - w);
      }
    }
    return settings.policy().guidance().scale() == 1 ? sum : 2 * sum;
  }

  private static void checkTrainingEvaluations(
      TrainSettings settings, Worker worker, long parents) {
    Guidance guidance = settings.policy().guidance();
    boolean guided = guidance.scale() != 1;
    boolean both = guided && guidance.grad() == GuidanceGradient.BOTH;
    assertThat(worker.evaluations().trainForward())
        .as("training forwards")
        .isEqualTo(parents * (guided ? 2 : 1));
    assertThat(worker.evaluations().trainBackward())
        .as("training backwards")
        .isEqualTo(parents * (both ? 2 : 1));
  }

  /** Rows of the batches that hold an unmasked edge. */
  private static long trainedParents(GrownShare share, Credit edges) {
    long parents = 0;
    for (ParentBatch batch : share.parentBatches()) {
      int from = batch.firstEdge(0);
      int to = batch.endEdge(batch.rows() - 1);
      boolean trained = IntStream.range(from, to).anyMatch(edges::trains);
      parents += trained ? batch.rows() : 0;
    }
    return parents;
  }

  private static long unmasked(RoundCredit credit) {
    return credit.shares().stream()
        .flatMap(share -> Arrays.stream(share.edges().statuses()))
        .filter(status -> status == Status.TRAINED)
        .count();
  }

  private static double weightedAdvantages(RoundCredit credit) {
    double sum = 0;
    for (ShareCredit share : credit.shares()) {
      Credit edges = share.edges();
      for (int edge = 0; edge < edges.size(); edge++) {
        sum += edges.weights()[edge] * edges.advantages()[edge];
      }
    }
    return sum;
  }

  /** Adds block by block, the blocks' parts in random order, as driver and executors do. */
  private static float[] sum(
      Worker worker, List<GrownShare> shares, RoundCredit credit, int blocks, Random random) {
    ShareBlocks dealt = new ShareBlocks(shares.size(), blocks);
    List<PairwiseSum.Partial> parts = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      PairwiseSum ofBlock = new PairwiseSum(shares.size());
      for (int share = dealt.from(block); share < dealt.to(block); share++) {
        ofBlock.add(0, share, worker.learn(share, shares, credit).gradient());
      }
      parts.addAll(ofBlock.partials());
    }
    Collections.shuffle(parts, random);
    PairwiseSum sum = new PairwiseSum(shares.size());
    parts.forEach(part -> sum.add(part.node().level(), part.node().index(), part.sum()));
    return sum.result();
  }

  private static int power(int base, int exponent) {
    return (int) Math.round(Math.pow(base, exponent));
  }
}
