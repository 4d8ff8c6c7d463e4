DROP TABLE "dashboard_item";
