package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

/**
 * k = 1 is the flat group: N trees with a shared root are MixGRPO's group of N, N independent roots
 * and a window over all steps are Flow-GRPO's (ALGORITHMS.md section 3). The reference below walks
 * one trajectory at a time.
 */
class FlatEquivalenceTest {

  private static final int ELEMENTS = 5;
  private static final int GROUP = 6;
  private static final String PROMPT = "a red cat";

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  @ParameterizedTest
  @CsvSource({"SHARED, 8, 2, 3", "SHARED, 8, 0, 4", "INDEPENDENT, 6, 0, 6"})
  void aTreeWithoutBranchingIsATrajectory(RootNoise rootNoise, int steps, int start, int width) {
    Sampler sampler = Trees.flowSampler(steps);
    TreeSettings settings = new TreeSettings(rootNoise, 4);
    TreeGrower grower = new TreeGrower(denoiser, sampler, settings);
    NoiseSource noise = new NoiseSource(3, 9, rootNoise);
    Forest forest = Trees.forest(Trees.topology(steps, start, 1, width), GROUP, PROMPT);
    try (GrownShare share = grower.grow(new RoundKey(3, 9), forest, Trees::conditioning)) {
      float[] leaves = share.leafLatents();
      for (int member = 0; member < GROUP; member++) {
        double[] logProbs = new double[width];
        float[] expected = trajectory(noise, sampler, member, start, logProbs);
        assertThat(Arrays.copyOfRange(leaves, member * ELEMENTS, (member + 1) * ELEMENTS))
            .as("final latent of member %d, bit for bit", member)
            .isEqualTo(expected);
        int seed = member;
        List<EdgeRecord> edges =
            EdgeRecord.of(share).stream().filter(e -> e.seed() == seed).toList();
        for (int depth = 0; depth < width; depth++) {
          assertThat(edges.get(depth).logProbOld())
              .as("log-prob of member %d at depth %d", member, depth + 1)
              .isCloseTo(logProbs[depth], within(1e-12));
        }
      }
      assertThat(Arrays.copyOfRange(leaves, 0, ELEMENTS))
          .as("members differ although they share their root")
          .isNotEqualTo(Arrays.copyOfRange(leaves, ELEMENTS, 2 * ELEMENTS));
    }
  }

  private float[] trajectory(
      NoiseSource noise, Sampler sampler, int member, int start, double[] logProbs) {
    List<Conditioning> conditioning = List.of(Trees.conditioning(PROMPT));
    float[] x = new float[ELEMENTS];
    noise.root(PROMPT, member, x, 0, ELEMENTS);
    NodePath path = NodePath.ROOT;
    for (int t = 0; t < sampler.steps(); t++) {
      boolean stochastic = t >= start && t < start + logProbs.length;
      AffineStep step = stochastic ? sampler.sdeStep(t) : Steps.ode(sampler, t);
      float[] v = new float[ELEMENTS];
      denoiser.predict(x, step.timestep(), conditioning, v);
      float[] z = new float[ELEMENTS];
      if (stochastic) {
        path = path.child(0);
        noise.step(PROMPT, member, path, z);
      }
      double logProb = 0;
      for (int i = 0; i < ELEMENTS; i++) {
        double mu = step.latent() * x[i] + step.output() * v[i];
        x[i] = (float) (mu + step.noiseStd() * z[i]);
        double standard = (x[i] - mu) / step.noiseStd();
        logProb -= standard * standard / 2 + Math.log(step.noiseStd() * Math.sqrt(2 * Math.PI));
      }
      if (stochastic) {
        logProbs[t - start] = logProb / ELEMENTS;
      }
    }
    return x;
  }
}
