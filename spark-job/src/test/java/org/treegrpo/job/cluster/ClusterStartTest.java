package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterStartTest {

  @ParameterizedTest
  @CsvSource({
    "spark://host:7077, '', true",
    "spark://host:7077, false, true",
    "spark://host:7077, true, false",
    "yarn, '', true",
    "k8s://https://host, true, false",
    "local[2], '', false"
  })
  void aClusterWithoutAuthenticationIsWarnedOf(String master, String authenticate, boolean warned) {
    SparkConf conf = new SparkConf(false).setMaster(master);
    if (!authenticate.isEmpty()) {
      conf.set("spark.authenticate", authenticate);
    }
    assertThat(ClusterStart.openToStrangers(conf).isPresent()).isEqualTo(warned);
    assertThat(
            ClusterStart.openToStrangers(conf).orElse("spark.authenticate conf/spark-secure.conf"))
        .as("what is off, and what turns it on")
        .contains("spark.authenticate", "conf/spark-secure.conf");
  }
}
