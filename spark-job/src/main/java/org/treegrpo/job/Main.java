package org.treegrpo.job;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cluster.SparkSettings;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.TrainingRun;

/** Entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws java.io.IOException {
    SparkConf conf = new SparkConf();
    SparkSettings.apply(conf);
    List<String> sets = Arrays.asList(args).subList(2, args.length);
    var settings = new SettingsLoader(r -> List.of()).load(Path.of(args[1]), sets, Use.TRAIN);
    if (args[0].equals("resume")) {
      System.out.println(TrainingRun.resume(settings, conf, new Configuration(), System.out));
    } else {
      System.out.println(TrainingRun.train(settings, conf, new Configuration(), System.out));
    }
  }
}
