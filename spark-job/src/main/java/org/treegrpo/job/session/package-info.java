/** What runs are held in: the owner of Spark, and how much a run may spend. */
package org.treegrpo.job.session;
