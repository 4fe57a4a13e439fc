package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.job.round.RoundWithoutSpark.Worker;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.WindowSettings;

/**
 * What methods are made of, drawn at random on top of {@link RandomSettings}: splits, siblings,
 * tails, trained steps, pruning, optimiser steps, learners on leaves, anchors. Whatever they are, a
 * round is the same round in any order of shares, any blocks, and when it is grown again.
 */
class RandomMethodTest {

  private static RandomSettings draw(long seed) {
    TrainSettings settings = RandomSettings.draw(seed).settings();
    SplittableRandom random = new SplittableRandom(~seed);
    List<String> keys = new ArrayList<>();
    if (random.nextBoolean()) {
      keys.add("tree.sibling-noise=shared-xi");
    }
    int width = settings.tree().width();
    boolean whole = settings.tree().shares() <= settings.tree().trees();
    if (width > 1 && whole && random.nextBoolean()) {
      keys.add("tree.splits=[" + random.nextInt(width) + "]");
      keys.add("advantage.depth-correction=false");
    }
    boolean flow = RandomSettings.draw(seed).prediction() == Prediction.FLOW_VELOCITY;
    boolean stepsLeft = settings.tree().window().strategy() != WindowSettings.Strategy.FIXED;
    if (flow && stepsLeft && random.nextBoolean()) {
      keys.add("sampler.tail=dpm-solver-2m");
    }
    if (flow && random.nextInt(3) == 0) {
      keys.add("update.learner=" + (random.nextBoolean() ? "awm" : "diffusion-nft"));
      keys.add("update.leaves.draws=" + (1 + random.nextInt(3)));
      keys.add("update.leaves.credit=" + (random.nextBoolean() ? "leaf" : "path"));
      keys.add("policy.guidance.scale=1");
      keys.add("update.kl=0");
      keys.add("update.clip=1e-4");
    } else if (width < settings.sampler().steps() && random.nextBoolean()) {
      keys.add("update.trained-steps.strategy=random");
      keys.add("update.trained-steps.fraction=0.5");
    } else if (width > 1) {
      keys.add("update.pruning.depths=" + random.nextInt(width));
      keys.add("update.pruning.period=1");
    }
    keys.add("update.pruning.width=" + oneOf(random, "none", "better-child", "extremes"));
    keys.add("update.step-weight=" + oneOf(random, "none", "noise"));
    if (random.nextInt(3) == 0) {
      keys.add("update.late-anchor.beta=0.1");
      keys.add("update.late-anchor.rows=" + (1 + random.nextInt(4)));
      keys.add("update.late-anchor.steps=" + (1 + random.nextInt(4)));
    }
    int units = settings.tree().dealtUnits();
    List<Integer> divisors =
        IntStream.rangeClosed(1, units).filter(n -> units % n == 0).boxed().toList();
    keys.add("update.steps-per-round=" + divisors.get(random.nextInt(divisors.size())));
    return RandomSettings.draw(
        seed, keys.stream().map(key -> "treegrpo." + key).toArray(String[]::new));
  }

  private static String oneOf(SplittableRandom random, String... values) {
    return values[random.nextInt(values.length)];
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aRoundDependsOnNoOrderAndNoBlocks(@ForAll long seed) {
    try (RoundWithoutSpark round = new RoundWithoutSpark(draw(seed))) {
      List<Integer> order =
          new ArrayList<>(IntStream.range(0, round.plan().shares().size()).boxed().toList());
      Worker worker = round.worker(0);
      List<GrownShare> shares = worker.grow(order);
      RoundCredit credit = round.assign(round.score(shares));

      Collections.shuffle(order, new Random(seed));
      Worker other = round.worker(1);
      List<GrownShare> again = other.grow(order);
      int blocks = 1 + new Random(seed).nextInt(shares.size());
      for (int step = 0; step < round.plan().steps(); step++) {
        BitSet absent = round.plan().absentFrom(step);
        float[] expected = sum(worker, shares, credit, absent, 1, new Random(seed));
        for (float slope : expected) {
          assertThat(slope).as("gradient").isFinite();
        }
        assertThat(sum(other, again, credit, absent, blocks, new Random(seed)))
            .as("optimiser step %d, grown again in another order, %d blocks", step, blocks)
            .containsExactly(expected);
      }
    }
  }

  private static float[] sum(
      Worker worker,
      List<GrownShare> shares,
      RoundCredit credit,
      BitSet absent,
      int blocks,
      Random random) {
    ShareBlocks dealt = new ShareBlocks(shares.size(), blocks);
    List<PairwiseSum.Partial> parts = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      PairwiseSum ofBlock = new PairwiseSum(shares.size(), absent);
      for (int share = dealt.from(block); share < dealt.to(block); share++) {
        if (!absent.get(share)) {
          ofBlock.add(0, share, worker.learn(share, shares, credit).gradient());
        }
      }
      parts.addAll(ofBlock.partials());
    }
    Collections.shuffle(parts, random);
    PairwiseSum sum = new PairwiseSum(shares.size(), absent);
    parts.forEach(part -> sum.add(part.node().level(), part.node().index(), part.sum()));
    return sum.result();
  }
}
