package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparkSettingsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "local[0]",
        "local[-1]",
        "local[two]",
        "local[]",
        "local[2",
        "local[2,0]",
        "local2",
        "local-cluster[0,1,1024]",
        "local-cluster[2,1]"
      })
  void aLocalMasterThatCannotRunATaskIsRefused(String master) {
    assertThat(SparkSettings.apply(new SparkConf(false).setMaster(master)))
        .as("key, value and rule")
        .singleElement()
        .asString()
        .startsWith("spark.master = " + master + ": must be ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "local",
        "local[1]",
        "local[64]",
        "local[*]",
        "local[2,3]",
        "local[*, 1]",
        "local-cluster[2,1,2048]",
        "local-cluster[2, 1, 2048]",
        "spark://host:7077",
        "yarn",
        "k8s://https://host"
      })
  void otherMastersAreSparksBusiness(String master) {
    assertThat(SparkSettings.apply(new SparkConf(false).setMaster(master))).as(master).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "spark.dynamicAllocation.enabled, would empty the rollout stores",
    "spark.speculation, would duplicate the rollout stores"
  })
  void whatTakesOrDoublesTheStatesOfExecutorsIsRefused(String key, String reason) {
    SparkConf conf = new SparkConf(false).setMaster("spark://host:7077").set(key, "true");
    String refusal = "%s = true: must be false, it %s".formatted(key, reason);
    assertThat(SparkSettings.apply(conf)).containsExactly(refusal);
    assertThat(SparkSettings.missing(conf)).as("in a context of others").containsExactly(refusal);
    conf.set(key, "false");
    assertThat(SparkSettings.apply(conf)).as("switched off").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "spark.task.maxFailures, 16, 4",
    "spark.executor.failuresValidityInterval, 1h, 10m",
    "spark.driver.maxResultSize, 0, 2g",
    "spark.ui.enabled, true, false"
  })
  void aDefaultIsTheDocumentedOneAndASitesOwnWins(String key, String documented, String own)
      throws IOException {
    SparkConf site = new SparkConf(false).setMaster("spark://host:7077");
    SparkConf other = site.clone().set(key, own);
    SparkSettings.apply(site);
    SparkSettings.apply(other);
    assertThat(site.get(key)).isEqualTo(documented);
    assertThat(other.get(key)).as("the site's own value").isEqualTo(own);
    assertThat(Files.readString(Path.of("../docs/CLUSTERS.md")))
        .as("the table")
        .containsPattern("\\R\\| `%s` \\| %s\\b".formatted(Pattern.quote(key), documented));
  }

  @Test
  void withoutAClusterThereIsNoPage() {
    SparkConf conf = new SparkConf(false).setMaster("local[2]");
    SparkSettings.apply(conf);
    assertThat(conf.get("spark.ui.enabled")).isEqualTo("false");
  }
}
