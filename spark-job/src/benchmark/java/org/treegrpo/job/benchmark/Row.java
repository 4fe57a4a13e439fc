package org.treegrpo.job.benchmark;

import java.util.List;

/** Measures one promise of the issue on speed. */
@FunctionalInterface
interface Row {

  List<Finding> measure(Bench bench) throws Exception;
}
