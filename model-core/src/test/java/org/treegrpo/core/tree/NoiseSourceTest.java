package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.TreeSettings.SiblingNoise;

class NoiseSourceTest {

  private static final String PROMPT = "pr\u00f6mpt";

  /** Expected numbers from an independent implementation of the documented construction. */
  @Test
  void theBitsArePinned() {
    NoiseSource independent = new NoiseSource(42, 7, RootNoise.INDEPENDENT);
    assertThat(root(independent, PROMPT, 3, 5))
        .as("root of tree 3")
        .containsExactly(0.056040917f, -0.022188814f, 0.7974756f, 0.5323757f, 0.7169277f);
    assertThat(root(new NoiseSource(42, 7, RootNoise.SHARED), PROMPT, 3, 5))
        .as("shared root")
        .containsExactly(-0.90643936f, -1.2216829f, 0.50506794f, -1.2258273f, 2.4266357f);
    assertThat(step(independent, PROMPT, 3, "2.0.1", 5))
        .as("edge 2.0.1 of tree 3")
        .containsExactly(-0.34846526f, -0.9018187f, -0.41733304f, -2.1999586f, -1.9477314f);
  }

  @Test
  void momentsAreThoseOfAStandardNormal() {
    int n = 1_000_000;
    float[] z = root(new NoiseSource(1, 1, RootNoise.SHARED), "p", 0, n);
    double mean = 0;
    double square = 0;
    double cube = 0;
    double fourth = 0;
    double lagged = 0;
    int tail = 0;
    for (int i = 0; i < n; i++) {
      mean += z[i];
      square += z[i] * z[i];
      cube += Math.pow(z[i], 3);
      fourth += Math.pow(z[i], 4);
      lagged += i == 0 ? 0 : z[i] * z[i - 1];
      tail += Math.abs(z[i]) > 3 ? 1 : 0;
    }
    // five standard errors each
    assertThat(mean / n).as("mean").isCloseTo(0, within(0.005));
    assertThat(square / n).as("variance").isCloseTo(1, within(0.0071));
    assertThat(cube / n).as("third moment").isCloseTo(0, within(0.0194));
    assertThat(fourth / n).as("fourth moment").isCloseTo(3, within(0.049));
    assertThat(lagged / n).as("neighbours").isCloseTo(0, within(0.005));
    assertThat((double) tail / n).as("beyond three sigma").isCloseTo(0.0027, within(0.00026));
  }

  /** Keys that differ in one part only give streams without any correlation. */
  @Test
  void neighbouringKeysAreIndependent() {
    int n = 40_000;
    NoiseSource base = new NoiseSource(5, 1, RootNoise.INDEPENDENT);
    List<float[]> streams = new ArrayList<>();
    streams.add(root(base, "a", 0, n));
    streams.add(root(base, "a", 1, n));
    streams.add(root(base, "b", 0, n));
    streams.add(root(new NoiseSource(6, 1, RootNoise.INDEPENDENT), "a", 0, n));
    streams.add(root(new NoiseSource(5, 2, RootNoise.INDEPENDENT), "a", 0, n));
    streams.add(root(new NoiseSource(1, 5, RootNoise.INDEPENDENT), "a", 0, n));
    streams.add(root(new NoiseSource(5, 1, RootNoise.SHARED), "a", 0, n));
    streams.add(step(base, "a", 0, "0", n));
    streams.add(step(base, "a", 1, "0", n));
    streams.add(step(base, "a", 0, "0.0", n));
    streams.add(step(base, "a", 0, "0.1", n));
    streams.add(step(base, "a", 0, "1.0", n));
    for (int i = 0; i < streams.size(); i++) {
      for (int j = 0; j < i; j++) {
        double product = 0;
        for (int e = 0; e < n; e++) {
          product += streams.get(i)[e] * streams.get(j)[e];
        }
        assertThat(product / n)
            .as("correlation of streams %d and %d", i, j)
            .isCloseTo(0, within(5 / Math.sqrt(n)));
      }
    }
  }

  @Test
  void sharedRootsOmitTheTreeAndStepsNever() {
    NoiseSource shared = new NoiseSource(9, 4, RootNoise.SHARED);
    NoiseSource independent = new NoiseSource(9, 4, RootNoise.INDEPENDENT);
    assertThat(root(shared, "p", 0, 8)).as("one root").isEqualTo(root(shared, "p", 1, 8));
    assertThat(root(independent, "p", 0, 8))
        .as("two roots")
        .isNotEqualTo(root(independent, "p", 1, 8));
    assertThat(step(shared, "p", 0, "0", 8))
        .as("steps differ even where roots are shared")
        .isNotEqualTo(step(shared, "p", 1, "0", 8))
        .as("steps do not depend on how roots are drawn")
        .isEqualTo(step(independent, "p", 0, "0", 8));
  }

  @Test
  void aLongerStreamStartsWithTheShorter() {
    NoiseSource noise = new NoiseSource(9, 4, RootNoise.SHARED);
    float[] odd = root(noise, "p", 0, 7);
    assertThat(root(noise, "p", 0, 8)).startsWith(odd);
    float[] target = new float[10];
    noise.root("p", 0, target, 2, 7);
    assertThat(target)
        .as("only the row is written")
        .containsExactly(0, 0, odd[0], odd[1], odd[2], odd[3], odd[4], odd[5], odd[6], 0);
  }

  private static float[] root(NoiseSource noise, String promptId, int tree, int length) {
    float[] target = new float[length];
    noise.root(promptId, tree, target, 0, length);
    return target;
  }

  private static float[] step(
      NoiseSource noise, String promptId, int tree, String path, int length) {
    float[] target = new float[length];
    noise.step(promptId, tree, NodePath.parse(path), target);
    return target;
  }

  /** BranchGRPO's: xi_b = (xi_0 + 4 eta_b) / sqrt(17). */
  @Test
  void siblingsShareASeventeenthOfTheirVarianceAndAreStandardNormal() {
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, SiblingNoise.SHARED_XI, 4, 1);
    NoiseSource noise = new NoiseSource(11, 2, settings);
    int length = 200_000;
    float[] first = new float[length];
    float[] second = new float[length];
    float[] cousin = new float[length];
    noise.step("p", 0, NodePath.parse("1.0"), first);
    noise.step("p", 0, NodePath.parse("1.1"), second);
    noise.step("p", 0, NodePath.parse("0.1"), cousin);
    assertThat(product(first, first)).as("variance").isCloseTo(1, within(0.01));
    assertThat(product(first, second)).as("correlation").isCloseTo(1 / 17.0, within(0.01));
    assertThat(product(second, cousin)).as("of no siblings").isCloseTo(0, within(0.01));
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum / a.length;
  }
}
