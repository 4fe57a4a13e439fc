package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.train.GaussianData.Law;
import org.treegrpo.job.train.GaussianRun.Leaf;

/**
 * What the command line samples from a policy that knows its data to be Gaussian has the mean, the
 * variance and, within a tree, the covariances of the exact recursion (ALGORITHMS.md section 5,
 * oracle 2), for every transition.
 *
 * <p>Bounds are five standard errors of the estimator under that law.
 */
class GaussianPolicyTest {

  private static final int STEPS = 10;
  private static final double STANDARD_ERRORS = 5;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"flow-sde, 0.7", "dance-sde, 0.3", "cps, 0.8", "ddim, 1"})
  void independentSamplesFollowTheExactRecursion(String transition, double eta) throws IOException {
    GaussianRun run = new GaussianRun(directory, transition, eta);
    run.train(1, STEPS, 0, 1024);
    Law law = law(transition, eta, 0, STEPS);
    check(run.trees(), law);
  }

  @ParameterizedTest
  @CsvSource({
    "flow-sde, 0.7, 3, 2, 4",
    "dance-sde, 0.9, 2, 3, 5",
    "cps, 0.8, 3, 2, 2",
    "ddim, 0.8, 2, 3, 3"
  })
  void leavesOfATreeFollowTheExactRecursion(
      String transition, double eta, int branching, int width, int start) throws IOException {
    GaussianRun run = new GaussianRun(directory, transition, eta);
    run.train(branching, width, start, 512);
    check(run.trees(), law(transition, eta, start, width));
  }

  @ParameterizedTest
  @CsvSource({"flow-sde, 0.7, flow_0.7", "dance-sde, 0.3, dance_0.3", "cps, 0.8, cps_0.8"})
  void theRecursionHasTheGoldenMoments(String transition, double eta, String golden)
      throws IOException {
    JsonNode figures = golden().at("/gaussian_toy/final/%s_N%d".formatted(golden, STEPS));
    Law law = law(transition, eta, 0, STEPS);
    assertThat(law.mean()).as("mean").isCloseTo(figures.get(0).asDouble(), within(1e-12));
    assertThat(law.variance()).as("variance").isCloseTo(figures.get(1).asDouble(), within(1e-12));
  }

  @Test
  void theDiffusionScheduleHasTheGoldenValues() throws IOException {
    double[] alphas = GaussianData.alphas();
    for (JsonNode step : golden().at("/ddim_eps_eta1_50steps")) {
      assertThat(alphas[step.get("t").asInt()])
          .as("cumulative alpha of step %s", step.get("t"))
          .isCloseTo(step.get("alpha_t").asDouble(), within(1e-8));
    }
  }

  private static JsonNode golden() throws IOException {
    return new ObjectMapper()
        .readTree(Path.of("..", "model-core/src/test/resources/golden.json").toFile());
  }

  private static Law law(String transition, double eta, int start, int width) {
    return GaussianData.law(GaussianData.transition(transition, STEPS), STEPS, start, width, eta);
  }

  private static void check(List<List<Leaf>> trees, Law law) {
    LeafMoments sampled = new LeafMoments(trees, law);
    assertThat(sampled.mean())
        .as("mean of all leaves")
        .isCloseTo(law.mean(), within(STANDARD_ERRORS * sampled.meanError()));
    assertThat(sampled.variance())
        .as("variance of all leaves")
        .isCloseTo(law.variance(), within(STANDARD_ERRORS * sampled.varianceError()));
    for (int depth : sampled.sharedDepths()) {
      assertThat(sampled.covariance(depth))
          .as("covariance of two leaves that part at window depth %d", depth)
          .isCloseTo(
              law.covariance()[depth], within(STANDARD_ERRORS * sampled.covarianceError(depth)));
    }
  }
}
