package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
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
}
